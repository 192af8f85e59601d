using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary><c>http</c>: an address answers with the status expected.</summary>
/// <remarks>Redirects are not followed: one to a login page answers 200 and would pass for the page.</remarks>
internal sealed class HttpVerifier(GuardedHttp http) : IVerifier
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public ImmutableArray<string> Names => ["http"];

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        if (Addresses.Read(question.Options.GetValueOrDefault("url")) is not { } url) return Answer.Unknown("url: has to be a full http or https address.");
        if (!TryStatus(question.Options.GetValueOrDefault("status"), out var status)) return Answer.Unknown("status: has to be a number from 100 to 599.");
        var answer = await http.SendAsync(GuardedRequest.Get(url, Timeout) with { Redirects = 0 }, cancellationToken);
        return answer switch
        {
            Outcome<GuardedAnswer>.Done { Value: var got } when got.Status == status => Answer.Holds($"{url.InWords()} answers {status}.", url.Plain()),
            Outcome<GuardedAnswer>.Done { Value: var got } => Answer.Fails(Wrong(url, got, status), url.Plain()),
            Outcome<GuardedAnswer>.Later later => Answer.Unknown(later.Why, url.Plain()),
            Outcome<GuardedAnswer>.Never never => Answer.Unknown(never.Fault.InWords(), url.Plain()),
            _ => Answer.Unknown($"{url.InWords()} could not be asked.", url.Plain()),
        };
    }

    private static string Wrong(Uri url, GuardedAnswer got, int status) => got.RedirectsTo is { } target
        ? $"{url.InWords()} answers {got.Status} and leads to {target.InWords()}; expected is {status}."
        : $"{url.InWords()} answers {got.Status}; expected is {status}.";

    private static bool TryStatus(string? text, out int status)
    {
        status = 200;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 599);
    }
}
