using System.Globalization;
using System.Net;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>What each of GitHub's refusals means, and what to do about it.</summary>
internal static class Refusals
{
    /// <summary>What to wait when GitHub says "too many" without saying how long.</summary>
    private static readonly TimeSpan UnsaidWait = TimeSpan.FromMinutes(1);

    public static Outcome<T> Judge<T>(HttpResponseMessage response, string message, DateTimeOffset now)
    {
        var said = BoundedReads.Printable(message, 160) is { Length: > 0 } text ? $" ({text})" : "";
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.Forbidden when Pause(response, message, now) is { } pause => new Outcome<T>.Later("GitHub has had too many requests from the bot.", pause),
            >= HttpStatusCode.InternalServerError => new Outcome<T>.Later($"GitHub has trouble of its own (HTTP {(int)response.StatusCode}).", response.Headers.RetryAfter?.Delta),
            HttpStatusCode.Unauthorized => Never<T>(GitHubCalls.NotSignedIn, $"GitHub does not accept what the bot signs in with{said}.", "Check GitHub:Token, or GitHub:AppId with GitHub:PrivateKey, and the machine's clock."),
            HttpStatusCode.Forbidden => Never<T>("github-forbidden", $"GitHub does not let the bot see this{said}.", "Give the token or the app read access to contents, checks, commit statuses and pull requests."),
            HttpStatusCode.NotFound => Never<T>(GitHubCalls.NotFound, $"GitHub has nothing there, or the bot may not see it{said}.", "Check the service's repository, and that the token or the app may read it."),
            HttpStatusCode.UnprocessableEntity when message.Contains("No commit found", StringComparison.OrdinalIgnoreCase) => Never<T>(GitHubCalls.NoCommit, "The repository has no such commit or tag.", null),
            _ => Never<T>($"github-{(int)response.StatusCode}", $"GitHub refused to answer: HTTP {(int)response.StatusCode}{said}.", null),
        };
    }

    /// <summary>How long to leave GitHub alone, in the order that its documentation gives; null when it isn't about limits.</summary>
    private static TimeSpan? Pause(HttpResponseMessage response, string message, DateTimeOffset now)
    {
        if (response.Headers.RetryAfter is { } after) return after.Delta ?? (after.Date is { } date && date > now ? date - now : UnsaidWait);
        if (Header(response, "x-ratelimit-remaining") == 0 && Header(response, "x-ratelimit-reset") is { } reset and >= 0 and < 253402300800)
            return DateTimeOffset.FromUnixTimeSeconds(reset) is var until && until > now ? until - now : TimeSpan.FromSeconds(1);
        return response.StatusCode == HttpStatusCode.TooManyRequests || message.Contains("rate limit", StringComparison.OrdinalIgnoreCase) ? UnsaidWait : null;
    }

    private static long? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Outcome<T>.Never Never<T>(string code, string why, string? next) => new(new Fault(code, why, next));
}
