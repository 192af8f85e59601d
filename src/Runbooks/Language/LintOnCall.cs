using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Language;

/// <summary>Looks at who is called: groups that are named must exist, and whoever is to be paged must be somebody.</summary>
internal static class LintOnCall
{
    public static void Look(Configuration read, Findings findings)
    {
        foreach (var group in read.OnCall.Swap) Lint.Group(read, group, findings.At($"oncall-swap:{group}"), findings);
        foreach (var schedule in read.OnCall.Schedules.Where(one => one.People.Distinct().Count() == 1 && one.Rotations.Length > 0))
            findings.WarnAt(findings.At($"oncall:{schedule.Name}"), "nobody-second", $"{schedule.Name} has one person alone.", "When they do not answer, nobody else is called.", "Add somebody to the rotation, or a second rotation.");
    }

    /// <summary>Whoever is to be paged: a schedule of oncall.yaml, or a group of access.yaml, or one person's address.</summary>
    public static void Paged(Configuration read, GroupName who, (string File, Spot Line) at, Findings findings, string? why = null)
    {
        if (who.IsPerson || read.OnCall.Find(who.Name) is not null || findings.Knows($"oncall:{who}") || findings.IsUnread("oncall")) return;
        Lint.Group(read, who, at, findings, why);
    }
}
