using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Alertmanager;

/// <summary>Makes silences by Alertmanager's API v2, and reads them back.</summary>
/// <remarks>The API knows no idempotency key: a silence is looked for by the mark in its comment before one is made. Source: prometheus/alertmanager api/v2/openapi.yaml.</remarks>
internal sealed class AlertmanagerSilences(IOptions<AlertmanagerOptions> options, TimeProvider time) : ISilencer, IDisposable
{
    private const string CreatedBy = "chatops";

    private readonly ApiCalls calls = new("Alertmanager", options.Value.Url!, options.Value.Timeout, request =>
    {
        if (options.Value.ApiToken.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.ApiToken);
    }, time);

    public string System => "alertmanager";

    public async Task<Outcome<SilenceKept>> SilenceAsync(SilenceWanted wanted, CancellationToken cancellationToken)
    {
        if (wanted.Labels.IsEmpty) return new Outcome<SilenceKept>.Never(new Fault("alertmanager-nothing-in-common", "The alerts have no label in common that a silence could name."));
        var known = await calls.SendAsync(HttpMethod.Get, "api/v2/silences?active=true&pending=true&expired=false", null, cancellationToken);
        if (known is not Outcome<JsonElement>.Done { Value: var list }) return Pass(known);
        var comment = $"{wanted.Reason ?? "silenced from its card"} ({wanted.By}, {wanted.Mark})";
        var id = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Where(one => Payload.Text(one, "createdBy") == CreatedBy && Payload.Text(one, "comment") == comment).Select(one => Payload.Text(one, "id")).FirstOrDefault() : null;
        if (id is null)
        {
            var made = await calls.SendAsync(HttpMethod.Post, "api/v2/silences", Body(wanted, comment), cancellationToken);
            if (made is not Outcome<JsonElement>.Done { Value: var answer }) return Pass(made);
            id = Payload.Text(answer, "silenceID");
        }

        if (id is null) return new Outcome<SilenceKept>.Later("Alertmanager's answer did not name the silence.");
        var read = await calls.SendAsync(HttpMethod.Get, $"api/v2/silence/{Uri.EscapeDataString(id)}", null, cancellationToken);
        if (read is not Outcome<JsonElement>.Done { Value: var silence }) return Pass(read);
        var state = Payload.Text(silence, "status", "state");
        var until = Payload.Time(silence, "endsAt");
        return state is "active" or "pending"
            ? new Outcome<SilenceKept>.Done(new SilenceKept(id, until, $"silence {id[..Math.Min(8, id.Length)]} is {state}{(until is { } end ? $" until {end.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture)}" : "")}"))
            : new Outcome<SilenceKept>.Never(new Fault("alertmanager-not-active", $"Alertmanager took the silence, but it is {state ?? "in no known state"}."));
    }

    public void Dispose() => calls.Dispose();

    private static JsonObject Body(SilenceWanted wanted, string comment) => new()
    {
        ["matchers"] = new JsonArray([.. wanted.Labels.Where(label => label.Value.Length > 0).Select(label => (JsonNode)new JsonObject { ["name"] = label.Key, ["value"] = label.Value, ["isRegex"] = false, ["isEqual"] = true })]),
        ["startsAt"] = wanted.From.ToString("O", CultureInfo.InvariantCulture),
        ["endsAt"] = wanted.Until.ToString("O", CultureInfo.InvariantCulture),
        ["createdBy"] = CreatedBy,
        ["comment"] = comment,
    };

    private static Outcome<SilenceKept> Pass(Outcome<JsonElement> outcome) => outcome switch
    {
        Outcome<JsonElement>.Later later => new Outcome<SilenceKept>.Later(later.Why, later.After),
        Outcome<JsonElement>.Never never => new Outcome<SilenceKept>.Never(never.Fault),
        _ => throw new InvalidOperationException("It is done."),
    };
}
