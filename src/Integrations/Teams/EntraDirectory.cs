using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>Groups of Entra ID, with the groups inside of them, through Microsoft Graph.</summary>
/// <remarks>
/// Needs the application permissions <c>GroupMember.Read.All</c> and <c>User.ReadBasic.All</c>, with an administrator's consent. Source: microsoft-graph-docs,
/// group-list-transitivemembers.md. Members that can't be told count as nobody.
/// </remarks>
internal sealed partial class EntraDirectory(HttpClient http, BotTokens tokens, IOptionsMonitor<TeamsOptions> options, TimeProvider clock, ILogger<EntraDirectory> logger) : IDirectory
{
    private const int MostPages = 50;
    private const int MostBytes = 8 << 20;
    private readonly AnswerCache<ImmutableHashSet<Person>> members = new(clock, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));

    public string System => "entra";

    public Task<Account?> FindAccountAsync(string id, CancellationToken cancellationToken) => Task.FromResult<Account?>(null);

    /// <param name="group">Its object ID, a GUID.</param>
    public Task<ImmutableHashSet<Person>?> FindMembersAsync(string group, CancellationToken cancellationToken) =>
        Guid.TryParse(group, out var id) ? members.GetAsync(id.ToString(), () => LoadAsync(id), cancellationToken) : Task.FromResult<ImmutableHashSet<Person>?>(null);

    private async Task<(ImmutableHashSet<Person>?, bool)> LoadAsync(Guid group)
    {
        var graph = options.CurrentValue.GraphUrl;
        var next = new Uri(graph, $"groups/{group}/transitiveMembers/microsoft.graph.user?$select=mail,userPrincipalName,accountEnabled&$top=999");
        var people = ImmutableHashSet.CreateBuilder<Person>();
        for (var page = 0; page < MostPages; page++)
        {
            if (await GetAsync(next, group) is not { Value: { } found } body) return (null, false);
            foreach (var person in found)
            {
                if (AddressOf(person) is { } address) people.Add(new Person(address));
            }

            if (body.NextLink is null) return (people.ToImmutable(), true);

            // Our token follows the link only to where it started from.
            if (body.NextLink is not { IsAbsoluteUri: true } link || link.Authority != graph.Authority || link.Scheme != graph.Scheme) return (null, false);
            next = link;
        }

        return (null, false);
    }

    private static string? AddressOf(GraphPersonBody person) =>
        person.AccountEnabled == false || person.UserPrincipalName?.Contains("#EXT#", StringComparison.OrdinalIgnoreCase) == true ? null
        : new[] { person.Mail, person.UserPrincipalName }.FirstOrDefault(address => address?.Contains('@', StringComparison.Ordinal) == true);

    private async Task<GraphPeopleBody?> GetAsync(Uri url, Guid group)
    {
        var scope = new Uri(options.CurrentValue.GraphUrl, "/.default").AbsoluteUri;
        for (var fresh = false; ; fresh = true)
        {
            if (await tokens.GetAsync(scope, CancellationToken.None) is not Outcome<string>.Done { Value: var token }) return null;
            try
            {
                using var limit = new CancellationTokenSource(options.CurrentValue.Timeout);
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                if (response.StatusCode == HttpStatusCode.Unauthorized && !fresh)
                {
                    tokens.Forget(scope, token);
                    continue;
                }

                if (response.IsSuccessStatusCode && await response.Content.ReadBoundedAsync(MostBytes, limit.Token) is { } bytes) return JsonSerializer.Deserialize(bytes, TeamsJson.Default.GraphPeopleBody);
                Log.Refused(logger, group, (int)response.StatusCode);
                return null;
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException or NotSupportedException or OperationCanceledException)
            {
                Log.Failed(logger, group, fault.GetType().Name);
                return null;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(325, LogLevel.Warning, "The members of the Entra group {Group} can't be told (HTTP {Status}): 403 means that an administrator has to consent to GroupMember.Read.All and User.ReadBasic.All")]
        public static partial void Refused(ILogger logger, Guid group, int status);

        [LoggerMessage(326, LogLevel.Warning, "The members of the Entra group {Group} can't be told: {Problem}")]
        public static partial void Failed(ILogger logger, Guid group, string problem);
    }
}
