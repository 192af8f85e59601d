using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Prometheus;

/// <summary>Whether Prometheus answers a question that every Prometheus can.</summary>
internal sealed class PrometheusCheckUp(IOptions<PrometheusOptions> options, TimeProvider time) : ICheckUp
{
    public string System => "Prometheus";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Url is not { } url) return [new Symptom(System, "queries", Health.Off, "It is not set up: gates can't ask it.", "Set Prometheus:Url (docs/gates.md).")];
        var answer = await Probe.AskAsync(HttpMethod.Get, new Uri(url, "api/v1/query?query=vector(1)"), request =>
        {
            if (options.Value.Token.Length > 0) request.Headers.Authorization = new("Bearer", options.Value.Token);
            if (options.Value.Tenant.Length > 0) request.Headers.TryAddWithoutValidation("X-Scope-OrgID", options.Value.Tenant);
        }, cancellationToken);
        return [answer.Judge(System, "queries", "It answers queries.", "Prometheus:Url and Prometheus:Token", "the right to read, for the tenant that Prometheus:Tenant names"), .. answer.Clocks(System, time.GetUtcNow())];
    }
}
