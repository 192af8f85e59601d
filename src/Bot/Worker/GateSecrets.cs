using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Gates;

namespace ChatOps.Bot.Worker;

/// <summary>Fills secrets into a gate's question when it is asked: they are kept nowhere.</summary>
internal static partial class GateSecrets
{
    /// <summary>Null when the settings lack one.</summary>
    public static GateQuery? Fill(IConfiguration settings, GateQuery query)
    {
        var missing = false;
        var headers = query.Headers.ToImmutableSortedDictionary(header => header.Key, header => Secret().Replace(header.Value, match =>
        {
            var secret = settings[$"Http:Secrets:{match.Groups["name"].Value}"];
            missing |= string.IsNullOrEmpty(secret);
            return secret ?? "";
        }));
        return missing ? null : query with { Headers = headers };
    }

    [GeneratedRegex(@"\{secret:(?<name>[A-Za-z0-9_.-]+)\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();
}
