namespace ChatOps.Integrations.GitHub;

/// <summary>A repository's full name, of characters that GitHub allows.</summary>
internal sealed record Repository(string Owner, string Name)
{
    /// <summary>Reads <c>owner/name</c> and <c>https://HOST/owner/name.git</c>; null for anything else.</summary>
    public static Repository? Read(string? text)
    {
        if (text is null) return null;
        var path = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" ? url.AbsolutePath.Trim('/') : text;
        if (path.EndsWith(".git", StringComparison.Ordinal)) path = path[..^4];
        return path.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name] && owner.All(IsLetter) && name.All(IsLetter) && owner.Trim('.') != "" && name.Trim('.') != ""
            ? new Repository(owner, name)
            : null;
    }

    public override string ToString() => $"{Owner}/{Name}";

    private static bool IsLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';
}
