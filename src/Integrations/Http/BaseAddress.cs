namespace ChatOps.Integrations.Http;

/// <summary>Addresses of servers that the settings name.</summary>
internal static class BaseAddress
{
    /// <summary>With its closing slash, so that paths go below it rather than beside it.</summary>
    public static Uri Closed(Uri url) => url.IsAbsoluteUri && !url.AbsolutePath.EndsWith('/') ? new Uri(url.GetLeftPart(UriPartial.Path) + "/") : url;

    /// <summary>What is wrong with one, with its key; null when nothing is.</summary>
    /// <param name="secret">Whether a secret is sent there.</param>
    public static string? Fault(string key, Uri url, bool secret) =>
        !url.IsAbsoluteUri || url.Scheme is not ("https" or "http") ? $"{key} must be a full http or https address."
        : url.UserInfo.Length > 0 ? $"{key} must not hold a user name or password."
        : secret && url.Scheme == "http" && !url.IsLoopback ? $"{key} must be https unless it is on this machine: a secret goes there."
        : null;

    /// <summary>A secret, from the file it is mounted as where it isn't given itself.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string Secret(string value, string file) => value.Length > 0 || file.Length == 0 ? value : File.ReadAllText(file).Trim();
}
