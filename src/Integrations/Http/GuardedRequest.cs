using System.Collections.Immutable;

namespace ChatOps.Integrations.Http;

/// <summary>A request to an address that somebody wrote into a runbook.</summary>
/// <param name="Headers">Not sent on to another origin than the first.</param>
/// <param name="Timeout">For all of it, redirects included.</param>
public sealed record GuardedRequest(HttpMethod Method, Uri Url, ImmutableDictionary<string, string> Headers, string? Body, TimeSpan Timeout)
{
    public const int MostRedirects = 5;

    /// <summary>How many redirects are followed, 0 to <see cref="MostRedirects"/>. With 0 the redirect itself is the answer.</summary>
    public int Redirects { get; init; } = MostRedirects;

    public static GuardedRequest Get(Uri url, TimeSpan timeout) => new(HttpMethod.Get, url, [], null, timeout);
}

/// <param name="Status">Any status code: what it means is for the caller to say.</param>
/// <param name="Body">Its first 64 KB, as text.</param>
/// <param name="ContentType">The media type without parameters, in lower case; null when none was given.</param>
public sealed record GuardedAnswer(int Status, string Body, string? ContentType)
{
    /// <summary>True when the body was longer than what is here.</summary>
    public bool Cut { get; init; }

    /// <summary>Where it came from, after redirects.</summary>
    public required Uri Url { get; init; }

    /// <summary>Where a redirect that was not followed leads.</summary>
    public Uri? RedirectsTo { get; init; }
}
