namespace ChatOps.Bot.Cli;

/// <summary>Settings that are given on the command line, on top of all others: <c>--ChatOps:Database=sqlite:./bot.db</c>.</summary>
internal static class ServeOptions
{
    /// <summary>What was meant, by key, or what is wrong with it.</summary>
    /// <remarks>A setting has a colon in its name. A host would take any <c>--word</c> in silence: a mistyped <c>--config</c> would then start the example.</remarks>
    public static (Dictionary<string, string?> Settings, string? Fault) Read(string? config, string? urls, IReadOnlyList<string> words)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            if (!word.StartsWith("--", StringComparison.Ordinal)) return (settings, $"\"{word}\" is not a command.");
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? word[2..] : word[2..equals];
            if (!key.Contains(':', StringComparison.Ordinal)) return (settings, $"There is no option --{key}.");
            if (equals < 0 && (at + 1 == words.Count || words[at + 1].StartsWith("--", StringComparison.Ordinal))) return (settings, $"{word} needs a value.");
            settings[key] = equals < 0 ? words[++at] : word[(equals + 1)..];
        }

        if (config is not null) settings["ChatOps:Config"] = config;
        if (urls is not null) settings["urls"] = urls;
        return (settings, null);
    }
}
