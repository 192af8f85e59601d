using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>The runbooks that come with the program: the procedures that teams write down most. <c>docs/library.md</c> says when each is used.</summary>
public static class Library
{
    /// <summary>What their resources' names begin with; the rest is the runbook's name.</summary>
    private const string Prefix = "library/";

    private static readonly ImmutableSortedDictionary<string, string> Texts = typeof(Library).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToImmutableSortedDictionary(name => name[Prefix.Length..], Content, StringComparer.OrdinalIgnoreCase);

    /// <summary>In the order of the alphabet.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Texts.Keys];

    /// <summary>The file of a runbook, as it would stand in <c>runbooks/</c>; null when the library has none of that name, in whatever case.</summary>
    public static string? Text(string name) => Texts.GetValueOrDefault(name);

    private static string Content(string resource)
    {
        using var reader = new StreamReader(typeof(Library).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
