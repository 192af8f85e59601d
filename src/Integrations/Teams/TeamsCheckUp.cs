using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>Whether Microsoft gives the bot its token, and whether Graph lets it read groups and people.</summary>
internal sealed class TeamsCheckUp(BotTokens tokens, IOptionsMonitor<TeamsOptions> options) : ICheckUp
{
    private const string Name = "Teams";

    public string System => Name;

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        if (!current.Registered) return [new Symptom(Name, "registration", Health.Off, "No registration is set: only this machine may send activities.", "Set Teams:AppId, Teams:AppPassword and Teams:TenantId (docs/teams.md).")];
        var token = await tokens.GetAsync(current.Scope, cancellationToken) switch
        {
            Outcome<string>.Done => new Symptom(Name, "token", Health.Good, "Microsoft gives the bot its token."),
            Outcome<string>.Never { Fault: var fault } => new Symptom(Name, "token", Health.Bad, fault.Why, fault.Next ?? "Check Teams:AppId, Teams:AppPassword and Teams:TenantId."),
            Outcome<string>.Later later => new Symptom(Name, "token", Health.Bad, later.Why, "Check Teams:TokenUrl, and whether this machine may reach it."),
            _ => throw new InvalidOperationException("No such outcome."),
        };
        return token.Health == Health.Good ? [token, .. await GraphAsync(current, cancellationToken)] : [token];
    }

    private async Task<ImmutableArray<Symptom>> GraphAsync(TeamsOptions current, CancellationToken cancellationToken)
    {
        if (await tokens.GetAsync(new Uri(current.GraphUrl, "/.default").AbsoluteUri, cancellationToken) is not Outcome<string>.Done { Value: var token })
            return [new Symptom(Name, "groups", Health.Weak, "Microsoft gives no token for Graph: groups of access.yaml that are Entra's have no members.", "Check Teams:GraphUrl.")];
        var found = ImmutableArray.CreateBuilder<Symptom>();
        foreach (var (what, path, right) in ((string, string, string)[])[("groups", "groups?$top=1&$select=id", "GroupMember.Read.All"), ("people", "users?$top=1&$select=id", "User.ReadBasic.All")])
        {
            found.Add(await AskAsync(current, token, what, path, right, cancellationToken));
        }

        return found.ToImmutable();
    }

    private static async Task<Symptom> AskAsync(TeamsOptions current, string token, string what, string path, string right, CancellationToken cancellationToken)
    {
        var answer = await Probe.AskAsync(HttpMethod.Get, new Uri(current.GraphUrl, path), request => request.Headers.Authorization = new("Bearer", token), cancellationToken);

        var symptom = answer.Judge("Microsoft Graph", what, $"Graph lets the bot read {what}.", "Teams:GraphUrl", $"the application permission {right}, with an administrator's consent") with { System = Name };

        // Only groups of access.yaml that are Entra's need it, so it is a weakness at most.
        return symptom.Health == Health.Bad ? symptom with { Health = Health.Weak } : symptom;
    }
}
