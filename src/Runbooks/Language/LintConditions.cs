using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Looks at what stands after <c>when:</c>: whether it can be read, and whether it decides anything. Which places it leaves out is looked at with the places.</summary>
internal static class LintConditions
{
    public static void Look(Runbook runbook, string when, (string File, Spot Line) at, Findings findings)
    {
        if (Condition.Read(when) is not Reading<Condition>.Understood { Value: var condition })
        {
            var fault = Condition.Read(when).Fault!;
            findings.ErrorAt(at, "bad-condition", $"The condition can't be read: {fault.What}", $"It goes wrong at its sign {fault.Column}: {when}", fault.Mend);
            return;
        }

        foreach (var input in condition.Inputs.Where(input => runbook.Inputs.All(one => one.Name != input)))
            findings.ErrorAt(at, "input-unknown", $"{runbook.Name} has no input {input}.", null, Lint.Meant(input, runbook.Inputs.Select(one => one.Name)));
        switch (condition.CanHold(Places.Anywhere))
        {
            case Prospect.Never: findings.ErrorAt(at, "when-never", $"This is never so: {when}.", "The step is never reached.", "Take the step out, or its when."); break;
            case Prospect.Always: findings.WarnAt(at, "when-always", $"This is always so: {when}.", null, "Leave the when out."); break;
            default: break;
        }
    }
}
