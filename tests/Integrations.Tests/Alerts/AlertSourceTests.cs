using System.Text;
using ChatOps.Integrations.Alertmanager;
using ChatOps.Integrations.Datadog;
using ChatOps.Integrations.GitHub;
using ChatOps.Integrations.Grafana;
using ChatOps.Integrations.PagerDuty;
using ChatOps.Integrations.Sentry;
using ChatOps.Runbooks.Alerts;
using ChatOps.Testing;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;
using static ChatOps.Integrations.Tests.Alerts.AlertBed;

namespace ChatOps.Integrations.Tests.Alerts;

/// <summary>Every recorded webhook, through verification and reading.</summary>
public sealed class AlertSourceTests
{
    public static TheoryData<string, string, string> Recorded => new()
    {
        // recording, header that says what it is, what is read of it: name, severity, service, environment, firing
        { "alertmanager/webhook-v4-firing.json", "", "HighErrorRate Critical api - firing x2" },
        { "alertmanager/webhook-v4-firing-2.json", "", "HighLatency Critical api - firing x2" },
        { "alertmanager/webhook-v4-partly-resolved.json", "", "HighLatency Critical api - firing x2" },
        { "alertmanager/webhook-v4-resolved.json", "", "HighLatency Critical api - resolved x2" },
        { "grafana/webhook-firing.json", "", "High memory usage Warning - - firing x2" },
        { "datadog/monitor-webhook-triggered.json", "", "Memory Alert Critical api prod firing x1" },
        { "datadog/monitor-webhook-recovered.json", "", "Memory Alert Critical api prod resolved x1" },
        { "datadog/monitor-webhook-unfilled-variables.json", "", "Memory Alert Critical api prod firing x1" },
        { "datadog/monitor-webhook-template.json", "", "unreadable" },
        { "sentry/webhook-issue-created.json", "issue", "ReferenceError: blooopy is not defined Warning front-end - firing x1" },
        { "sentry/webhook-event-alert-triggered.json", "event_alert", "ReferenceError: heck is not defined Warning - - firing x1" },
        { "sentry/webhook-metric-alert-resolved.json", "metric_alert", "Too many errors Warning bar - resolved x1" },
        { "sentry/webhook-issue-created.json", "comment", "nothing" },
        { "pagerduty/webhook-v3-incident-priority_updated.json", "", "A little bump in the road Critical API Service - firing x1" },
        { "pagerduty/webhook-v3-service-updated.json", "", "nothing" },
        { "github/webhook-workflow-run-completed.json", "workflow_run", "Workflow test on master Warning - - resolved x1" },
        { "github/webhook-deployment-status-created.json", "deployment_status", "Deployment Warning - prod resolved x1" },
        { "github/webhook-workflow-job-completed-failure.json", "workflow_job", "nothing" },
        { "github/webhook-ping.json", "ping", "nothing" },
        { "github/webhook-push.json", "push", "nothing" },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Every_recording_is_verified_and_read(string name, string kind, string wanted)
    {
        var source = Source(name.Split('/')[0]);
        var body = Recordings.Bytes(name);
        var request = Signed(source.Name, body, kind);
        source.Verify(request).ShouldBeTrue();
        (source.Read(request, AlertNames.Usual) switch
        {
            AlertReading.Taken taken => $"{taken.Alerts[0].What} {taken.Alerts[0].Severity} {taken.Alerts[0].Service ?? "-"} {taken.Alerts[0].Environment ?? "-"} {(taken.Alerts.Any(alert => alert.Firing) ? "firing" : "resolved")} x{taken.Alerts.Length}",
            AlertReading.Nothing => "nothing",
            _ => "unreadable",
        }).ShouldBe(wanted);
    }

    [Fact]
    public void Every_other_webhook_of_GitHub_and_PagerDuty_is_no_alert_and_no_error()
    {
        foreach (var name in Recordings.Of("github", "webhook-").Where(name => !name.Contains("workflow-run-completed", StringComparison.Ordinal) && !name.Contains("deployment-status", StringComparison.Ordinal)))
            Source("github").Read(Signed("github", Recordings.Bytes(name), name.Split('-')[1]), AlertNames.Usual).ShouldBeOfType<AlertReading.Nothing>(name);
        foreach (var name in Recordings.Of("pagerduty", "webhook-v3-data-"))
        {
            var body = Encoding.UTF8.GetBytes("""{"event":{"id":"1","event_type":"incident.annotated","occurred_at":"2026-11-20T10:00:00Z","data":""" + Recordings.Text(name) + "}}");
            Source("pagerduty").Read(Signed("pagerduty", body, ""), AlertNames.Usual).ShouldBeOfType<AlertReading.Nothing>(name);
        }
    }

    [Fact]
    public void A_body_that_was_changed_a_secret_that_is_another_and_a_source_without_one_are_refused()
    {
        foreach (var source in Sources)
        {
            var body = "{\"a\":1}"u8.ToArray();
            var right = Signed(source.Name, body, "");
            source.Verify(right).ShouldBeTrue(source.Name);
            source.Verify(new WebhookRequest(_ => null, body, Now)).ShouldBeFalse(source.Name);
            source.Verify(Signed(source.Name, body, "", "another secret")).ShouldBeFalse(source.Name);
            if (source.Name is not ("alertmanager" or "datadog")) source.Verify(right with { Body = "{\"a\":2}"u8.ToArray() }).ShouldBeFalse(source.Name);
        }

        IAlertSource[] bare = [new AlertmanagerSource(Of(new AlertmanagerOptions())), new GrafanaSource(Of(new GrafanaOptions())), new DatadogSource(Of(new DatadogOptions())), new SentrySource(Of(new SentryOptions())), new PagerDutySource(Of(new PagerDutyOptions())), new GitHubSource(Of(new GitHubOptions()))];
        foreach (var source in bare) source.Verify(Signed(source.Name, "{}"u8.ToArray(), "", "")).ShouldBeFalse(source.Name);
    }

    [Fact]
    public void GitHubs_own_example_of_a_signature_is_right() =>
        Signatures.Hmac(Secret, "Hello, World!"u8).ShouldBe("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");

    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(-299, true)]
    [InlineData(400, false)]
    [InlineData(-400, false)]
    public void Grafanas_signed_time_must_be_near(int seconds, bool believed)
    {
        var source = new GrafanaSource(Of(new GrafanaOptions { WebhookSecret = Secret, TimestampHeader = "X-Time" }));
        var time = Now.AddSeconds(seconds).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var signature = Signatures.Hmac(Secret, "{}"u8, time + ":");
        source.Verify(new WebhookRequest(name => name == "X-Time" ? time : name == "X-Grafana-Alerting-Signature" ? signature : null, "{}"u8.ToArray(), Now)).ShouldBe(believed);
    }

    [Fact]
    public void Half_a_character_in_a_name_costs_no_more_than_what_stands_behind_it()
    {
        var body = """{"version":"4","alerts":[{"\ud800x":1,"status":"firing","labels":{"alertname":"Down","\ud800":"x","service":"api"}}]}"""u8.ToArray();
        Source("alertmanager").Read(Signed("alertmanager", body, ""), AlertNames.Usual).ShouldNotBeOfType<AlertReading.Unreadable>();
    }

    [Fact]
    public void A_clock_that_goes_ahead_is_not_believed_and_markup_comes_in_as_plain_text()
    {
        var body = Encoding.UTF8.GetBytes("""{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"<!channel> \u202e*x*","service":"a\u0000b"},"annotations":{"summary":"@here\n\nnow"},"startsAt":"2026-11-21T09:00:00Z"}]}""");
        var alert = Source("alertmanager").Read(Signed("alertmanager", body, ""), AlertNames.Usual).ShouldBeOfType<AlertReading.Taken>().Alerts.Single();
        alert.Since.ShouldBe(Now);
        alert.What.ShouldBe("<!channel> *x*");
        alert.Service.ShouldBe("a b");
        alert.Summary.ShouldBe("@here now");
        alert.Environment.ShouldBeNull();
    }

    private static Monitor<T> Of<T>(T value) => new(value);

    private sealed class Monitor<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
