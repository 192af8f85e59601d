using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.PagerDuty;

/// <summary>Whether PagerDuty takes the REST key. Whether the routing key is right is known only by paging somebody, which is not done here.</summary>
internal sealed class PagerDutyCheckUp(IOptions<PagerDutyOptions> options) : ICheckUp
{
    public string System => "PagerDuty";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.Value;
        var found = ImmutableArray.CreateBuilder<Symptom>();
        found.Add(current.RoutingKey.Length == 0
            ? new Symptom(System, "pages", Health.Off, "No routing key is set: the bot pages by itself.", "Set PagerDuty:RoutingKey (docs/oncall.md).")
            : new Symptom(System, "pages", Health.Good, "A routing key is set. Only a page shows whether it is right."));
        if (current.ApiToken.Length == 0) return found.ToImmutable();
        var answer = await Probe.AskAsync(HttpMethod.Get, new Uri(current.ApiUrl, "abilities"), request => request.Headers.TryAddWithoutValidation("Authorization", $"Token token={current.ApiToken}"), cancellationToken);
        found.Add(answer.Judge(System, "REST key", "The REST key is good.", "PagerDuty:ApiToken and PagerDuty:ApiUrl", "the right to read and to acknowledge incidents"));
        if (current.From.Length == 0) found.Add(new Symptom(System, "REST key", Health.Weak, "PagerDuty:From is not set: incidents can't be acknowledged.", "Set it to the address of a user there."));
        return found.ToImmutable();
    }
}
