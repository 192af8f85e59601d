namespace ChatOps.Integrations.Http;

/// <summary>Where runbooks may send requests.</summary>
public sealed class HttpOptions
{
    /// <summary>Hosts, separated by commas: <c>cdn.example.com, *.internal.example.com</c>. None: nowhere.</summary>
    /// <remarks>An address in a private network is spoken to only where its name, or the address itself, is written out here.</remarks>
    public string AllowedHosts { get; set; } = "";

    /// <summary>Secrets that headers may name as <c>{secret:NAME}</c>.</summary>
    public IDictionary<string, string> Secrets { get; } = new Dictionary<string, string>();
}
