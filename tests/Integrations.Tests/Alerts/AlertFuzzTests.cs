using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Changes;
using ChatOps.Testing;
using Shouldly;
using Xunit;
using static ChatOps.Integrations.Tests.Alerts.AlertBed;

namespace ChatOps.Integrations.Tests.Alerts;

/// <summary>Real messages, broken in many ways: each is read or refused, soon, and what is read calls nobody.</summary>
public sealed class AlertFuzzTests
{
    private static readonly GenericShape Uptime = new("uptime", "checks", "check.name", "state", ["up"])
    {
        Id = "check.id", Severity = "priority", Service = "check.service", Environment = "check.env", Since = "started", Summary = "message", Link = "url", Labels = "tags",
    };

    private static readonly GenericShape Flat = new("flat", null, "name", null, []) { Labels = "labels", Since = "at" };

    [Theory]
    [InlineData("alertmanager", "webhook-", "")]
    [InlineData("grafana", "webhook-", "")]
    [InlineData("datadog", "monitor-webhook-", "")]
    [InlineData("sentry", "webhook-", "issue event_alert metric_alert")]
    [InlineData("pagerduty", "webhook-v3-incident", "")]
    [InlineData("github", "webhook-workflow-run-completed", "workflow_run")]
    [InlineData("github", "webhook-deployment-status", "deployment_status")]
    public void Whatever_a_sender_sends_is_read_or_refused(string source, string samples, string kinds)
    {
        var parser = Source(source);
        var kind = kinds.Split(' ');
        Say(Fuzz.Try($"{source} {samples}", [.. Recordings.Of(source, samples).Select(Recordings.Bytes)], body => Taken(parser.Read(Signed(source, body, kind[body.Length % kind.Length]), AlertNames.Usual), body.Length)));
    }

    [Fact]
    public void Whatever_a_sender_of_ones_own_sends_is_read_or_refused()
    {
        byte[][] samples =
        [
            """{"checks":[{"check":{"name":"Down","id":7,"service":"api","env":"production"},"state":"down","priority":"p1","started":"2026-11-21T07:00:00Z","message":"It is <!channel> down","url":"https://uptime.example.com/7","tags":{"a":"b","c":1.5}},{"check":{"name":"Up"},"state":"up"}]}"""u8.ToArray(),
            """{"name":"DiskFull","at":1795248000,"labels":{"service":"api","host":"a","severity":"page"}}"""u8.ToArray(),
        ];
        Say(Fuzz.Try("generic", samples, body => Taken(Uptime.Read(Signed("generic", body, ""), AlertNames.Usual), body.Length) | Taken(Flat.Read(Signed("generic", body, ""), AlertNames.Usual), body.Length)));
    }

    [Fact]
    public void Whatever_is_told_of_changes_is_read_or_refused()
    {
        var flags = new ChangeShape("flags", ChangeKind.Flag, null, "flag.key") { Now = "flag.on", By = "member.email", Service = "service", Environment = "env", At = "date", Link = "url" };
        Say(Fuzz.Try("changes", ["""{"flag":{"key":"new-checkout","on":true},"member":{"email":"ana@example.com"},"service":"api","env":"production","date":1795248000000,"url":"https://flags.example.com/1"}"""u8.ToArray()], body =>
        {
            if (flags.Read(Signed("generic", body, ""), AlertNames.Usual) is not AlertReading.OfChange told) return false;
            foreach (var one in told.Changes) (one.What.Length <= SeenChange.LongestWhat && one.By.Length <= SeenChange.LongestBy && one.At <= Now.AddMinutes(5)).ShouldBeTrue();
            return true;
        }));
    }

    /// <summary>Drawing costs more than reading: one in four is drawn.</summary>
    private static bool Taken(AlertReading reading, int length)
    {
        if (reading is AlertReading.OfPage) return true;
        if (reading is not AlertReading.Taken taken) return false;
        if (length % 4 == 0) Check(taken);
        return true;
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
