//! What happens in a day: one row a story, told in minutes after midnight UTC.

/// Something that breaks, and what people do about it.
pub struct Story {
    /// Minutes after midnight UTC at which it begins to fire.
    pub at: u16,
    pub labels: &'static [(&'static str, &'static str)],
    pub summary: &'static str,
    /// Minutes after the beginning at which whoever was paged last takes it; none: nobody does.
    pub taken: Option<u16>,
    /// What is noted two minutes later.
    pub note: Option<&'static str>,
    /// Minutes after the beginning at which its source says that it is over.
    pub over: u16,
}

const fn story(
    at: u16,
    labels: &'static [(&'static str, &'static str)],
    summary: &'static str,
    taken: Option<u16>,
    note: Option<&'static str>,
    over: u16,
) -> Story {
    Story { at, labels, summary, taken, note, over }
}

const fn clock(hours: u16, minutes: u16) -> u16 {
    hours * 60 + minutes
}

/// In the order of the day.
pub const DAY: &[Story] = &[
    story(
        clock(0, 20),
        &[
            ("alertname", "ChatsQueueSlow"),
            ("service", "hkd-chats"),
            ("team", "payments"),
            ("site", "hong-kong"),
            ("severity", "error"),
        ],
        "HKD payments wait 40 s before CHATS takes them",
        Some(3),
        Some("The morning batch came early; the queue drains at 900 a minute."),
        24,
    ),
    story(
        clock(1, 35),
        &[
            ("alertname", "MarketDataStale"),
            ("service", "hkex-feed"),
            ("team", "trading"),
            ("market", "hkex"),
            ("site", "hong-kong"),
            ("severity", "critical"),
        ],
        "No HKEX price for 20 s",
        Some(2),
        Some("The exchange confirms a fault of its line A; we run on line B."),
        18,
    ),
    story(
        clock(3, 10),
        &[
            ("alertname", "ReplicaLag"),
            ("service", "trade-capture"),
            ("team", "trading"),
            ("site", "hong-kong"),
            ("severity", "warning"),
        ],
        "The replica of trade capture is 90 s behind",
        Some(25),
        None,
        70,
    ),
    story(
        clock(6, 50),
        &[
            ("alertname", "ReportLate"),
            ("service", "liquidity-report"),
            ("team", "payments"),
            ("site", "london"),
            ("severity", "warning"),
        ],
        "The liquidity report of the night is 20 min late",
        Some(18),
        None,
        60,
    ),
    story(
        clock(8, 5),
        &[
            ("alertname", "ClsPayInMissing"),
            ("service", "cls"),
            ("team", "settlement"),
            ("market", "cls"),
            ("site", "london"),
            ("severity", "critical"),
        ],
        "The third CLS pay-in is not confirmed",
        Some(4),
        Some("The nostro bank had it on hold for a limit; released at 08:14 UTC."),
        16,
    ),
    story(
        clock(10, 30),
        &[
            ("alertname", "CertificateEnds"),
            ("service", "swift-gateway"),
            ("team", "payments"),
            ("site", "london"),
            ("severity", "info"),
        ],
        "The certificate of the SWIFT gateway ends in 21 days",
        Some(120),
        None,
        240,
    ),
    story(
        clock(12, 15),
        &[
            ("alertname", "SettlementFails"),
            ("service", "crest"),
            ("team", "settlement"),
            ("market", "gilts"),
            ("site", "london"),
            ("severity", "error"),
        ],
        "14 gilt settlements failed in 10 min",
        Some(3),
        Some("One counterparty sends an old account; their desk corrects it."),
        48,
    ),
    story(
        clock(13, 42),
        &[
            ("alertname", "ChapsBacklog"),
            ("service", "gbp-chaps"),
            ("team", "payments"),
            ("site", "london"),
            ("severity", "error"),
        ],
        "1,140 sterling payments wait for CHAPS",
        Some(4),
        Some("A large corporate batch; two more senders are started."),
        26,
    ),
    story(
        clock(13, 47),
        &[
            ("alertname", "FixSessionDown"),
            ("service", "fix-nyse"),
            ("team", "trading"),
            ("market", "nyse"),
            ("site", "new-york"),
            ("severity", "critical"),
        ],
        "The FIX session to NYSE is down",
        Some(7),
        Some("Both sides reset sequence numbers before the open; orders go by the second line."),
        31,
    ),
    story(
        clock(14, 5),
        &[
            ("alertname", "DiskFills"),
            ("service", "dtc-batch"),
            ("team", "settlement"),
            ("site", "new-york"),
            ("severity", "warning"),
        ],
        "The disk of the DTC batch is full in 9 h",
        None,
        None,
        180,
    ),
    story(
        clock(14, 20),
        &[
            ("alertname", "FedwireQueueStuck"),
            ("service", "fedline"),
            ("team", "payments"),
            ("site", "new-york"),
            ("severity", "critical"),
        ],
        "US dollar wires are not reaching the Fed",
        Some(2),
        Some(
            "1,204 payments wait in order behind mq-gateway; none is lost. Network is asked about the firewall change of 14:05 UTC.",
        ),
        190,
    ),
    story(
        clock(14, 22),
        &[
            ("alertname", "FedwireAckLate"),
            ("service", "fedline"),
            ("team", "payments"),
            ("site", "new-york"),
            ("severity", "warning"),
        ],
        "Confirmations of the Fed are 4 min late",
        None,
        None,
        93,
    ),
    story(
        clock(16, 40),
        &[
            ("alertname", "PriceGap"),
            ("service", "rates-engine"),
            ("team", "trading"),
            ("market", "lse"),
            ("site", "london"),
            ("severity", "error"),
        ],
        "Sterling swaps are priced 3 bp off the market",
        Some(9),
        Some("A curve was built without its two-year point; rebuilt."),
        33,
    ),
    story(
        clock(18, 10),
        &[
            ("alertname", "ChipsPositionLow"),
            ("service", "usd-chips"),
            ("team", "payments"),
            ("site", "new-york"),
            ("severity", "error"),
        ],
        "The CHIPS position is below its floor",
        Some(3),
        None,
        22,
    ),
    story(
        clock(21, 5),
        &[
            ("alertname", "BatchLate"),
            ("service", "dtc-batch"),
            ("team", "settlement"),
            ("market", "dtc"),
            ("site", "new-york"),
            ("severity", "error"),
        ],
        "The DTC end-of-day batch has not begun",
        Some(12),
        Some("It waited for a file of the depository, which came at 21:19 UTC."),
        40,
    ),
    story(
        clock(23, 15),
        &[
            ("alertname", "SwiftGatewayDown"),
            ("service", "swift-gateway"),
            ("team", "payments"),
            ("site", "hong-kong"),
            ("severity", "critical"),
        ],
        "The SWIFT gateway in Hong Kong does not answer",
        Some(6),
        Some("Traffic goes by London; the gateway came back after its restart."),
        29,
    ),
];

/// So many minutes has a day.
pub const MINUTES: u16 = 24 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_stand_in_the_order_of_the_day_and_end_after_they_are_taken() {
        assert!(DAY.is_sorted_by_key(|story| story.at));
        for story in DAY {
            assert!(story.at < MINUTES, "{}", story.summary);
            assert!(story.taken.is_none_or(|taken| taken < story.over), "{}", story.summary);
        }
    }
}
