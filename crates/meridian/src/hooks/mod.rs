//! What others send us: Alertmanager, Prometheus, PagerDuty clients.
