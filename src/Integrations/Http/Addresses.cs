using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary>Addresses as people write and read them.</summary>
internal static class Addresses
{
    /// <summary>Null for anything that is not a full http or https address.</summary>
    public static Uri? Read(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    /// <summary>Without what may hold a secret: user, query and fragment.</summary>
    public static Uri Plain(this Uri url) => new(url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    /// <summary>The plain address, cut to what fits a sentence.</summary>
    public static string InWords(this Uri url) => BoundedReads.Printable(url.Plain().AbsoluteUri, 120);

    /// <summary>Why, and what to do about it, in one line.</summary>
    public static string InWords(this Fault fault) => fault.Next is { } next ? $"{fault.Why} {next}" : fault.Why;
}
