using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Slack;

/// <summary>Whether Slack takes the bot's token, which scopes it has, and which it lacks.</summary>
/// <remarks>Source: <c>auth.test</c> needs no scope, and every answer of the Web API names the token's scopes in <c>x-oauth-scopes</c>.</remarks>
internal sealed class SlackCheckUp(IOptionsMonitor<SlackOptions> options, TimeProvider time) : ICheckUp
{
    /// <summary>The scopes of <c>manifests/slack-app.yaml</c>, and what goes missing without each.</summary>
    public static readonly ImmutableArray<(string Scope, string For)> Scopes =
    [
        ("app_mentions:read", "hearing commands that mention the bot"), ("channels:history", "finding a card again whose posting was interrupted"), ("channels:join", "posting in channels it was not invited to"),
        ("channels:read", "finding channels by their names"), ("chat:write", "posting cards"), ("commands", "slash commands"), ("groups:history", "finding a card again in a private channel"),
        ("groups:read", "finding private channels by their names"), ("im:history", "commands in direct messages"), ("im:write", "direct messages: pages and reminders"),
        ("channels:manage", "channels of incidents"), ("groups:write", "private channels of incidents"), ("pins:write", "pinning an incident's card"), ("reactions:read", "keeping messages by a reaction"),
        ("reactions:write", "marking messages that were kept as notes"), ("links:read", "showing how a run stands beside a link to it"), ("links:write", "showing how a run stands beside a link to it"),
        ("usergroups:read", "groups of access.yaml that are Slack's user groups"), ("users:read", "telling who clicked"), ("users:read.email", "telling who somebody is: without it everybody may only read"),
    ];

    private const string Name = "Slack";

    public string System => Name;

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        var found = ImmutableArray.CreateBuilder<Symptom>();
        found.Add(Way(current));
        if (!current.Connected)
        {
            if (!current.Installs) found.Add(new Symptom(Name, "token", Health.Off, "No token is set: nothing is posted in Slack.", "Set Slack:BotToken (docs/slack.md)."));
            return found.ToImmutable();
        }

        found.AddRange(await OfTokenAsync(Name, current, current.BotToken, "Slack:BotToken and Slack:ApiUrl", "Check Slack:BotToken: install the app again, and copy the Bot User OAuth Token (xoxb-…).", time, cancellationToken));
        return found.ToImmutable();
    }

    /// <summary>What Slack says of one token.</summary>
    /// <param name="settings">Where the token and the address are from, for people.</param>
    /// <param name="mend">What to do where Slack refuses it.</param>
    internal static async Task<ImmutableArray<Symptom>> OfTokenAsync(string system, SlackOptions current, string secret, string settings, string mend, TimeProvider time, CancellationToken cancellationToken)
    {
        var answer = await Probe.AskAsync(HttpMethod.Post, new Uri(current.ApiUrl, "auth.test"), request => request.Headers.Authorization = new("Bearer", secret), cancellationToken);
        if (Refusal(answer) is { } refusal) return [new Symptom(system, "token", Health.Bad, $"Slack refuses the token: {refusal}.", mend)];
        var token = answer.Judge(system, "token", $"The token is good{Team(answer)}.", settings, "the scopes of manifests/slack-app.yaml");
        return token.Health == Health.Good ? [token, .. OfScopes(system, answer), .. answer.Clocks(system, time.GetUtcNow())] : [token];
    }

    private static Symptom Way(SlackOptions current) => current switch
    {
        { BySocket: true } when !current.AppToken.StartsWith("xapp-", StringComparison.Ordinal) => new(Name, "requests", Health.Bad, "Slack:AppToken is no app-level token: those begin with xapp-.", "Make one with connections:write under Basic Information of the app."),
        { BySocket: true } => new(Name, "requests", Health.Good, "Requests come by Socket Mode."),
        { SigningSecret.Length: > 0 } => new(Name, "requests", Health.Good, "Requests come by HTTP, and are believed by their signature."),
        { Connected: true } or { Installs: true } => new(Name, "requests", Health.Bad, "Neither a signing secret nor an app token is set: every command and click is refused.", "Set Slack:SigningSecret, or Slack:AppToken for Socket Mode."),
        _ => new(Name, "requests", Health.Off, "No request of Slack's is taken."),
    };

    private static IEnumerable<Symptom> OfScopes(string system, ProbeAnswer answer)
    {
        if (answer.Headers?.TryGetValues("x-oauth-scopes", out var lines) != true)
        {
            yield return new Symptom(system, "scopes", Health.Weak, "Slack does not say which scopes the token has.");
            yield break;
        }

        var has = lines!.SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
        var lacks = Scopes.Where(one => !has.Contains(one.Scope)).ToList();
        if (lacks.Count == 0) yield return new Symptom(system, "scopes", Health.Good, "The token has every scope that the bot uses.");
        foreach (var (scope, what) in lacks)
            yield return new Symptom(system, "scopes", scope is "chat:write" or "users:read" or "users:read.email" ? Health.Bad : Health.Weak, $"The token lacks {scope}, for {what}.", $"Add {scope} under OAuth & Permissions of the app, and install it again.");
    }

    private static string? Refusal(ProbeAnswer answer) => Field(answer, "error");

    private static string Team(ProbeAnswer answer) => Field(answer, "team") is { } team ? $": the workspace is {team}" : "";

    private static string? Field(ProbeAnswer answer, string name)
    {
        try
        {
            using var body = JsonDocument.Parse(answer.Start);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? BoundedReads.Printable(value.GetString()!, 80) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
