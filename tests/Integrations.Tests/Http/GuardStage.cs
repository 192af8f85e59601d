using System.Collections.Immutable;
using System.Net;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Evidence;

namespace ChatOps.Integrations.Tests.Http;

/// <summary>Names that lead where a test wants them to, and the questions that tests ask.</summary>
internal static class GuardStage
{
    /// <summary>Looks names up in a list like <c>api.test=127.0.0.1 evil.test=10.0.0.1/::1</c>; nothing else is known.</summary>
    public static NameLookup Names(string list) => (host, _) => Task.FromResult(
        list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).Where(pair => pair[0] == host)
            .SelectMany(pair => pair[1].Split('/').Select(IPAddress.Parse)).ToArray());

    public static GuardedDial Dial(string allowed, string names = "") => new(AllowedHosts.Read(allowed), Names(names));

    /// <param name="options">As <c>url=https://a.test/ status=204</c>.</param>
    public static Question Ask(string verify, string options, string? repository = "octocat/Hello-World", string version = "1.2.3", string? from = "1.2.2") => new(
        verify, options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToImmutableSortedDictionary(pair => pair[0], pair => pair[1]),
        "api", "prod", repository, version, from, new Person("ana@example.com"));
}
