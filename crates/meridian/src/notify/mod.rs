//! How we reach people: mail, webhooks, SMS, voice, ntfy, Slack.
