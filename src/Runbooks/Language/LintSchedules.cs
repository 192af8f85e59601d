using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Looks at schedules: whether they ever come, and whether what they start could start.</summary>
internal static class LintSchedules
{
    public static void Look(Configuration read, Findings findings)
    {
        foreach (var (runbook, schedule) in read.Runbooks.SelectMany(runbook => runbook.Schedules, (runbook, schedule) => (runbook, schedule))) Look(read, runbook, schedule, findings);
    }

    private static void Look(Configuration read, Runbook runbook, Schedule schedule, Findings findings)
    {
        var at = findings.At($"runbook:{runbook.Name}:schedule", $"runbook:{runbook.Name}");
        if (runbook.StartsWith != "run")
            findings.ErrorAt(at, "schedule-not-run", $"{runbook.Name} starts with {runbook.StartsWith}, so no schedule can start it.", "A deployment needs a version.", "Write starts-with: run.");
        if (Zone.Find(schedule.Zone) is not { } zone) findings.ErrorAt(at, "zone-unknown", $"There is no time zone {schedule.Zone}.", null, Zone.Mend(schedule.Zone));
        else if (Cron.Read(schedule.Cron, zone).Fault is { } fault) findings.ErrorAt(at, "bad-cron", $"The schedule can't be read: {fault.What}", null, fault.Mend);
        if (findings.IsUnread("services")) return;
        if (read.Service(schedule.Service) is not { } service) findings.ErrorAt(at, "service-unknown", $"There is no service {schedule.Service}.", null, Lint.Meant(schedule.Service, read.Services.Select(one => one.Name)));
        else if (service.Environment(schedule.Environment) is null) findings.ErrorAt(at, "environment-unknown", $"{service.Name} has no environment {schedule.Environment}.", null, Lint.Meant(schedule.Environment, service.Environments.Select(one => one.Name)));
        foreach (var (name, value) in schedule.Inputs)
        {
            if (runbook.Inputs.FirstOrDefault(input => input.Name == name) is not { } input) findings.ErrorAt(at, "input-unknown", $"{runbook.Name} has no input {name}.", null, Lint.Meant(name, runbook.Inputs.Select(one => one.Name)));
            else if (input.Fault(value) is { } unfit) findings.ErrorAt(at, "bad-value", unfit, null, null);
        }

        foreach (var missing in runbook.Inputs.Where(input => input.Default is null && !schedule.Inputs.ContainsKey(input.Name)))
            findings.ErrorAt(at, "input-missing", $"{runbook.Name} needs a value for {missing.Name}.", missing.Help, $"Write with: {{ {missing.Name}: … }}.");
    }
}
