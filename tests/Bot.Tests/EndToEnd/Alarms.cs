using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ChatOps.Testing.Slack;
using Shouldly;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>An Alertmanager that tells the bot of alerts by its webhook, and what becomes of them in Slack.</summary>
internal static class Alarms
{
    public const string Token = "alertmanager-token", Channel = "#alerts";

    /// <summary>Long enough for a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Lets Alertmanager in, and makes the channel that alerts are shown in.</summary>
    public static void HearAlerts(this Stage stage)
    {
        stage.Slack.AddChannel(Channel[1..]);
        stage.Settings["Alertmanager:Token"] = Token;
    }

    /// <summary>What Alertmanager says of one alert on api in prod.</summary>
    /// <param name="status"><c>firing</c> or <c>resolved</c>.</param>
    /// <param name="since">Since when it fires; null = just now.</param>
    public static string Body(string name, string severity = "critical", string status = "firing", DateTimeOffset? since = null) => JsonSerializer.Serialize(new
    {
        version = "4", groupKey = name, status,
        alerts = new[]
        {
            new
            {
                status, labels = new Dictionary<string, string> { ["alertname"] = name, ["service"] = "api", ["severity"] = severity, ["env"] = "prod" },
                annotations = new { summary = "s" }, startsAt = since ?? DateTimeOffset.UtcNow, fingerprint = name,
            },
        },
    });

    /// <summary>Tells of one alert on api in prod; it is taken.</summary>
    public static async Task AlertAsync(this HttpClient http, string name = "HighErrorRate", string severity = "critical", string status = "firing", DateTimeOffset? since = null) =>
        (await http.SendAlertsAsync(Body(name, severity, status, since))).ShouldBe(HttpStatusCode.Accepted);

    public static async Task<HttpStatusCode> SendAlertsAsync(this HttpClient http, string body, string? token = Token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>Waits for the card of an alert in Slack.</summary>
    public static Task<KeptMessage> AlertCardAsync(this Stage stage, Func<KeptMessage, bool> wanted) =>
        stage.Slack.MessageAsync(Channel, message => message.ThreadTs is null && wanted(message), Patience);

    /// <summary>The cards of alerts in Slack, wherever they are.</summary>
    public static IReadOnlyList<KeptMessage> AlertCards(this Stage stage) => [.. stage.Slack.Messages.Where(message => message.Key?.StartsWith("alert-card:", StringComparison.Ordinal) == true)];
}
