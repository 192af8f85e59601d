using System.Text.Json;
using ChatOps.Runbooks.Alerts;
using ChatOps.Testing;
using Shouldly;
using Xunit;
using static ChatOps.Integrations.Tests.Alerts.AlertBed;

namespace ChatOps.Integrations.Tests.Alerts;

/// <summary>Every example of a webhook that GitHub's own library of them has (<c>@octokit/webhooks-examples</c>, which <c>tests/run.sh</c> installs), signed as GitHub signs.</summary>
public sealed class OctokitExamplesTests
{
    private static readonly string File = Path.Combine(Repository.Root, "artifacts", "npm", "node_modules", "@octokit", "webhooks-examples", "api.github.com", "index.json");

    [Fact]
    public void Every_example_is_verified_and_is_an_alert_or_none_and_never_an_error()
    {
        Assert.SkipUnless(System.IO.File.Exists(File), "@octokit/webhooks-examples is not installed here (tests/run.sh does it where there is npm), so GitHub's examples were not read.");
        using var all = JsonDocument.Parse(System.IO.File.ReadAllBytes(File));
        var (read, alerts) = (0, new List<string>());
        foreach (var about in all.RootElement.EnumerateArray())
        {
            var kind = about.GetProperty("name").GetString()!;
            foreach (var example in about.GetProperty("examples").EnumerateArray())
            {
                var request = Signed("github", System.Text.Encoding.UTF8.GetBytes(example.GetRawText()), kind);
                Source("github").Verify(request).ShouldBeTrue(kind);
                switch (Source("github").Read(request, AlertNames.Usual))
                {
                    case AlertReading.Taken taken:
                        Check(taken);
                        alerts.Add($"{kind} {taken.Alerts[0].What} {(taken.Alerts[0].Firing ? "firing" : "resolved")}");
                        break;
                    case var other:
                        other.ShouldBeOfType<AlertReading.Nothing>(kind);
                        break;
                }

                read++;
            }
        }

        read.ShouldBeGreaterThan(300);
        alerts.ShouldAllBe(alert => alert.StartsWith("workflow_run ", StringComparison.Ordinal) || alert.StartsWith("deployment_status ", StringComparison.Ordinal));
        alerts.ShouldContain(alert => alert.StartsWith("workflow_run ", StringComparison.Ordinal) && alert.EndsWith("resolved", StringComparison.Ordinal));
        alerts.ShouldContain(alert => alert.StartsWith("deployment_status Deployment", StringComparison.Ordinal));
    }
}
