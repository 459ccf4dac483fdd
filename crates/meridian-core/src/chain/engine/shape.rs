//! A plan as the engine uses it: masks and nanoseconds.

use crate::chain::plan::{ChainPlan, HopId, HopSet, RoutePlan};

/// Computed from the plan once. Nothing of it is in a snapshot.
#[derive(Clone, Debug)]
pub struct Shape {
    pub plan: ChainPlan,
    /// Of each route all hops, those that are required on it, and whether it stands by.
    routes: Vec<(HopSet, HopSet, bool)>,
    /// Required whatever the route.
    common: HopSet,
    transit: Vec<i64>,
    limit: Vec<Option<i64>>,
    /// How many hops up to this one transform.
    segment: Vec<u8>,
    pub end_to_end: Option<i64>,
    pub horizon: i64,
    pub lateness: i64,
    pub dark_after: i64,
    pub confirming: HopId,
}

fn nanoseconds(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}

impl Shape {
    pub fn new(plan: ChainPlan) -> Shape {
        let required = plan.required();
        let route = |route: &RoutePlan| {
            let hops = route.hops.iter().copied().collect::<HopSet>().with(plan.confirming());
            (hops, hops.and(required), route.standby)
        };
        let mut routes: Vec<(HopSet, HopSet, bool)> = plan.routes.iter().map(route).collect();
        if routes.is_empty() {
            routes.push((plan.all(), required, false));
        }
        let hops = || (0..plan.hops.len() as u8).map(HopId);
        let mut segment = 0;
        Shape {
            common: routes.iter().fold(HopSet(u32::MAX), |common, (_, required, _)| common.and(*required)),
            routes,
            transit: hops().map(|hop| nanoseconds(plan.transit(hop))).collect(),
            limit: plan.hops.iter().map(|hop| hop.limit.map(nanoseconds)).collect(),
            segment: plan
                .hops
                .iter()
                .map(|hop| {
                    segment += u8::from(hop.transforms);
                    segment
                })
                .collect(),
            end_to_end: plan.end_to_end.map(nanoseconds),
            horizon: nanoseconds(plan.retry_horizon),
            lateness: nanoseconds(plan.lateness),
            dark_after: nanoseconds(plan.dark_after),
            confirming: plan.confirming(),
            plan,
        }
    }

    pub fn hops(&self) -> usize {
        self.plan.hops.len()
    }

    pub fn transit(&self, hop: HopId) -> i64 {
        self.transit[usize::from(hop.0)]
    }

    pub fn limit(&self, hop: HopId) -> Option<i64> {
        self.limit[usize::from(hop.0)]
    }

    pub fn segment(&self, hop: HopId) -> u8 {
        self.segment[usize::from(hop.0)]
    }

    /// What is required of a message that was seen at these hops: one set for each route that it may be on. It is on one that
    /// stands by only if it fits no other. A message that fits no route owes what all routes have in common.
    pub fn required(&self, seen: HopSet) -> impl Iterator<Item = HopSet> + '_ {
        let fits = move |hops: &HopSet| seen.without(*hops).is_empty();
        let of = |standby: bool| self.routes.iter().any(|(hops, _, stands_by)| *stands_by == standby && fits(hops));
        let standby = !of(false);
        let none = standby && !of(true);
        let on = self.routes.iter().filter(move |(hops, _, stands_by)| *stands_by == standby && fits(hops));
        on.map(|(_, required, _)| *required).chain(none.then_some(self.common))
    }

    /// What is required of every message, whatever was seen of it: of a chain with one route.
    #[inline]
    pub fn one_way(&self) -> Option<HopSet> {
        (self.routes.len() == 1).then_some(self.common)
    }

    /// What is required of it whichever of those routes it is on.
    #[inline]
    pub fn required_surely(&self, seen: HopSet) -> HopSet {
        if let Some(required) = self.one_way() {
            return required;
        }
        self.required(seen).fold(HopSet(u32::MAX), HopSet::and)
    }
}
