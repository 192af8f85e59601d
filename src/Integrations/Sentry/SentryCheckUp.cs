using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Sentry;

/// <summary>Whether Sentry knows the organisation and lets the token read how releases do.</summary>
internal sealed class SentryCheckUp(IOptions<SentryReleasesOptions> options, TimeProvider time) : ICheckUp
{
    public string System => "Sentry";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.Value;
        if (current.Token.Length == 0) return [new Symptom(System, "releases", Health.Off, "It is not set up: gates can't ask it, and it is not told of releases.", "Set Sentry:Token and Sentry:Organization (docs/gates.md).")];
        var organization = $"organizations/{Uri.EscapeDataString(current.Organization)}/";
        var answer = await AskAsync(current, organization, cancellationToken);
        var found = answer.Judge(System, "organisation", $"It lets the bot read {current.Organization}.", "Sentry:Token, Sentry:Organization and Sentry:ApiUrl, which is the region's own", "the scope org:read");
        if (found.Health != Health.Good) return [found];
        var issues = await AskAsync(current, $"{organization}issues/?limit=1", cancellationToken);
        return [found, issues.Judge(System, "issues", "It lets the bot read issues.", "Sentry:Token", "the scope event:read"), .. answer.Clocks(System, time.GetUtcNow())];
    }

    private static Task<ProbeAnswer> AskAsync(SentryReleasesOptions current, string path, CancellationToken cancellationToken) =>
        Probe.AskAsync(HttpMethod.Get, new Uri(current.ApiUrl, path), request => request.Headers.Authorization = new("Bearer", current.Token), cancellationToken);
}
