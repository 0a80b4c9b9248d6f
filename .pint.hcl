// What pint looks at in monitoring/rules.yaml: see the step "rules" of .ci/run.
rule {
  match {
    name = "KVWatchdog"
  }
  disable = ["alerts/comparison"] // it fires always, so that its absence tells
}
rule {
  match {
    kind = "alerting"
  }
  annotation "summary" {
    required = true
    severity = "bug"
  }
  annotation "description" {
    required = true
    severity = "bug"
  }
  annotation "runbook_url" {
    value    = "https://.+/{{ $alert }}\\.md"
    required = true
    severity = "bug"
  }
  annotation "dashboard_url" {
    required = true
    severity = "bug"
  }
  label "severity" {
    value    = "critical|warning|none"
    required = true
    severity = "bug"
  }
}
rule {
  match {
    kind = "recording"
  }
  name "(operation|service|store|instance):.+:.+" {
    severity = "bug"
  }
}
