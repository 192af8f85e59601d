using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatOps.Integrations.Alertmanager;
using ChatOps.Integrations.Datadog;
using ChatOps.Integrations.GitHub;
using ChatOps.Integrations.Grafana;
using ChatOps.Integrations.PagerDuty;
using ChatOps.Integrations.Sentry;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;
using Shouldly;

namespace ChatOps.Integrations.Tests.Alerts;

/// <summary>Every sender of alerts with one secret, requests signed as each of them signs, and what must hold of whatever is read.</summary>
internal static partial class AlertBed
{
    public const string Secret = "It's a Secret to Everybody";
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<IAlertSource> Sources { get; } =
    [
        new AlertmanagerSource(Of(new AlertmanagerOptions { Token = Secret })), new GrafanaSource(Of(new GrafanaOptions { WebhookSecret = Secret })), new DatadogSource(Of(new DatadogOptions { WebhookToken = Secret })),
        new SentrySource(Of(new SentryOptions { ClientSecret = Secret })), new PagerDutySource(Of(new PagerDutyOptions { WebhookSecret = $"older,{Secret}" })), new GitHubSource(Of(new GitHubOptions { WebhookSecret = Secret })),
    ];

    public static IAlertSource Source(string name) => Sources.Single(one => one.Name == name);

    /// <param name="kind">What the sender says that it is about, in a header.</param>
    public static WebhookRequest Signed(string source, byte[] body, string kind, string secret = Secret)
    {
        var hmac = secret.Length == 0 ? new string('0', 64) : Signatures.Hmac(secret, body);
        return new WebhookRequest(name => (source, name) switch
        {
            ("alertmanager", "Authorization") => $"Bearer {secret}",
            ("datadog", "X-ChatOps-Token") => secret,
            ("grafana", "X-Grafana-Alerting-Signature") => hmac,
            ("sentry", "Sentry-Hook-Signature") => hmac,
            ("sentry", "Sentry-Hook-Resource") => kind,
            ("pagerduty", "X-PagerDuty-Signature") => $"v1={new string('0', 64)},v1={hmac}",
            ("github", "X-Hub-Signature-256") => $"sha256={hmac}",
            ("github", "X-GitHub-Event") => kind,
            _ => null,
        }, body, Now);
    }

    /// <summary>What was taken is within bounds, and its card calls nobody and shows no markup, wherever it is drawn.</summary>
    public static void Check(AlertReading.Taken taken)
    {
        taken.Key.Length.ShouldBeLessThan(200);
        foreach (var alert in taken.Alerts)
        {
            alert.Identity.Length.ShouldBeLessThanOrEqualTo(AlertShaper.LongestLabel);
            alert.What.Length.ShouldBeInRange(1, AlertShaper.LongestName);
            alert.Labels.Count.ShouldBeLessThanOrEqualTo(AlertShaper.MostLabels);
            alert.Since.ShouldBeLessThanOrEqualTo(Now.AddMinutes(5));
        }

        var first = taken.Alerts[0];
        var came = (AlertsCame)AlertJson.Read(new StoredEvent(new("x"), 1, "", AlertJson.Write(new AlertsCame(taken.Alerts, taken.Left, 0, null)).Body, Now));
        var group = AlertGroup.Open(new GroupBegan(new AlertId(1), first.Source, first.What, first.Service, first.Environment, first.Severity, null, ["slack:#alerts"], Storm: false), Now).Evolve(came, Now);
        var card = AlertCard.Of(group, Now, ["high-error-rate"], new Uri("https://bot.example.com/"));
        var slack = SlackCards.Render(card);
        foreach (var text in Marked(slack.Blocks).Append(slack.Text)) Calls().IsMatch(text).ShouldBeFalse(text);
        var teams = TeamsCards.Render(card, TeamsView.All);
        teams.Card["msteams"]?["entities"].ShouldBeNull();
        foreach (var text in Blocks(teams.Card)) MentionInTeams().IsMatch(text).ShouldBeFalse(text);
    }

    /// <summary>The texts in which Slack looks for mentions.</summary>
    private static IEnumerable<string> Marked(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Marked),
        JsonObject one when (string?)one["type"] == "mrkdwn" => [(string)one["text"]!],
        JsonObject one => one.SelectMany(member => Marked(member.Value)),
        _ => [],
    };

    /// <summary>The texts that Teams reads as Markdown.</summary>
    private static IEnumerable<string> Blocks(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Blocks),
        JsonObject one when (string?)one["type"] == "TextBlock" => [(string)one["text"]!],
        JsonObject one => one.SelectMany(member => Blocks(member.Value)),
        _ => [],
    };

    [GeneratedRegex("<(!channel|!here|!everyone|!subteam|@|#)|<https?:[^>|]*evil", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Calls();

    [GeneratedRegex("(^|[^\\\\])<at>", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex MentionInTeams();

    private static Monitor<T> Of<T>(T value) => new(value);

    private sealed class Monitor<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
