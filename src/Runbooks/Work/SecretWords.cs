using System.Text.RegularExpressions;

namespace ChatOps.Runbooks.Work;

/// <summary>Whether a text seems to hold a secret: a guess, on the safe side.</summary>
public static partial class SecretWords
{
    public static bool In(string text) => Secret().IsMatch(Named().Replace(text, ""));

    [GeneratedRegex("\\{secret:[^}]*\\}", RegexOptions.NonBacktracking)]
    private static partial Regex Named();

    /// <summary>Tokens by their well-known beginnings, and passwords in addresses.</summary>
    [GeneratedRegex("(xox[abprs]-[0-9A-Za-z-]{8,}|xapp-[0-9A-Za-z-]{8,}|gh[pousr]_[0-9A-Za-z]{20,}|AKIA[0-9A-Z]{16}|eyJ[0-9A-Za-z_-]{20,}|://[^/ :@]+:[^/ :@]+@|(password|secret|token|api[-_]?key) *[=:] *[^ ]{6,})", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();
}
