using System.Collections.Immutable;
using System.Net.Http.Headers;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Alertmanager;

/// <summary>Whether Alertmanager's API can be asked, and whether its webhook would be believed.</summary>
internal sealed class AlertmanagerCheckUp(IOptions<AlertmanagerOptions> options, TimeProvider time) : ICheckUp
{
    public string System => "Alertmanager";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.Value;
        var alerts = current.Token.Length > 0
            ? new Symptom(System, "alerts", Health.Good, "A token is set for its webhook. Only an alert shows whether Alertmanager sends it.")
            : new Symptom(System, "alerts", Health.Off, "No token is set: its webhook is refused.", "Set Alertmanager:Token (docs/alerts.md).");
        if (current.Url is not { } url) return [alerts, new Symptom(System, "silences", Health.Off, "Its address is not set: it is not asked to silence.", "Set Alertmanager:Url (docs/alerts.md).")];
        var answer = await Probe.AskAsync(HttpMethod.Get, new Uri(BaseAddress.Closed(url), "api/v2/status"), request =>
        {
            if (current.ApiToken.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", current.ApiToken);
        }, cancellationToken);
        return [alerts, answer.Judge(System, "silences", "Its API answers.", "Alertmanager:Url and Alertmanager:ApiToken", "the right to read alerts and to make silences"), .. answer.Clocks(System, time.GetUtcNow())];
    }
}
