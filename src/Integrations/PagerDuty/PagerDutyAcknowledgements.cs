using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.PagerDuty;

/// <summary>Acknowledges incidents in PagerDuty, and reads them back: it pages nobody for them then. Doing it twice changes nothing.</summary>
/// <remarks>Source: PagerDuty/api-schema, reference/REST. Writes need the address of a user there.</remarks>
internal sealed class PagerDutyAcknowledgements(IOptions<PagerDutyOptions> options, TimeProvider time) : ISilencer, IDisposable
{
    private readonly ApiCalls calls = new("PagerDuty", options.Value.ApiUrl, options.Value.Timeout, request =>
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Token", $"token={options.Value.ApiToken}");
        request.Headers.Accept.ParseAdd("application/vnd.pagerduty+json;version=2");
        if (request.Method != HttpMethod.Get && options.Value.From.Length > 0) request.Headers.Add("From", options.Value.From);
    }, time);

    public string System => "pagerduty";

    public async Task<Outcome<SilenceKept>> SilenceAsync(SilenceWanted wanted, CancellationToken cancellationToken)
    {
        if (wanted.Handles.IsEmpty) return new Outcome<SilenceKept>.Never(new Fault("pagerduty-no-incident", "The alert does not say which incident it is of."));
        foreach (var incident in wanted.Handles)
        {
            var path = $"incidents/{Uri.EscapeDataString(incident)}";
            var done = await calls.SendAsync(HttpMethod.Put, path, new JsonObject { ["incident"] = new JsonObject { ["type"] = "incident_reference", ["status"] = "acknowledged" } }, cancellationToken);
            if (done is not Outcome<JsonElement>.Done) return Pass(done);
            var read = await calls.SendAsync(HttpMethod.Get, path, null, cancellationToken);
            if (read is not Outcome<JsonElement>.Done { Value: var answer }) return Pass(read);
            if (Payload.Text(answer, "incident", "status") is not ("acknowledged" or "resolved") and var status)
                return new Outcome<SilenceKept>.Never(new Fault("pagerduty-not-acknowledged", $"PagerDuty took the acknowledgement, but the incident is {status ?? "in no known state"}."));
        }

        return new Outcome<SilenceKept>.Done(new SilenceKept(string.Join(',', wanted.Handles), null, $"{Words.Count(wanted.Handles.Length, "incident is", "incidents are")} acknowledged"));
    }

    public void Dispose() => calls.Dispose();

    private static Outcome<SilenceKept> Pass(Outcome<JsonElement> outcome) => outcome switch
    {
        Outcome<JsonElement>.Later later => new Outcome<SilenceKept>.Later(later.Why, later.After),
        Outcome<JsonElement>.Never never => new Outcome<SilenceKept>.Never(never.Fault),
        _ => throw new InvalidOperationException("It is done."),
    };
}
