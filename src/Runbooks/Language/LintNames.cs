using System.Text.RegularExpressions;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Looks at the names in braces: each must be one that something fills in.</summary>
internal static partial class LintNames
{
    private static readonly string[] Usual = ["service", "version", "environment", "by"];

    public static void Look(Runbook runbook, Findings findings)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in runbook.Everything())
        {
            foreach (var name in Texts(step).SelectMany(text => Braces().Matches(text)).Where(IsOurs).Select(match => match.Groups["name"].Value).Distinct())
            {
                var known = Usual.Concat(runbook.Inputs.Select(input => $"inputs.{input.Name}")).Concat(kept.Select(value => $"values.{value}")).ToList();
                if (known.Contains(name) || name.StartsWith("secret:", StringComparison.Ordinal)) continue;
                findings.ErrorAt(findings.At($"runbook:{runbook.Name}:{step.Id}", $"runbook:{runbook.Name}"), "name-unknown", $"Nothing fills in {{{name}}}.",
                    name.StartsWith("values.", StringComparison.Ordinal) ? "No step before this one sets or captures it." : null, Lint.Meant(name, known));
            }

            kept.UnionWith(step switch { SetValues set => set.Values.Keys, HttpCall call => call.Capture.Keys, _ => [] });
        }
    }

    /// <summary>What other tools write in braces stays theirs: <c>${VAR}</c>, <c>%{http_code}</c>, <c>{{.Name}}</c>.</summary>
    private static bool IsOurs(Match match) => match.Groups["before"].Value is not ("$" or "%" or "{");

    private static IEnumerable<string> Texts(Step step) => step switch
    {
        Checklist s => s.Items.SelectMany(item => item.Options.Values.Prepend(item.Text)).Append(s.Title),
        Manual s => s.Commands.Append(s.Title).Append(s.Instructions),
        Operate { Operation: Operation.Patch patch } s => [s.Title, patch.Body],
        Operate { Operation: Operation.Helm helm } s => [s.Title, helm.Chart, helm.ChartVersion ?? "", helm.Values],
        HttpCall s => s.Headers.Values.Append(s.Url).Concat(s.Body is { } body && !body.Contains('"', StringComparison.Ordinal) ? [body] : []),
        Notify s => [s.Text],
        SetValues s => s.Values.Values,
        InnerRunbook s => s.Inputs.Values,
        Train s => s.Services.SelectMany(one => new[] { one.Name, one.Version }).Append(s.Version).Append(s.Title).OfType<string>(),
        _ => [step.Title],
    };

    [GeneratedRegex("(?<before>[$%{]?)\\{(?<name>[A-Za-z][A-Za-z0-9_.:-]*)\\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Braces();
}
