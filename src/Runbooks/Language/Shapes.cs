using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>Every mapping of the language. The reader, the JSON Schemas and the documentation are made from these.</summary>
public static class Shapes
{
    public static ImmutableArray<Shape> All { get; } =
    [
        ServiceShapes.Service, ServiceShapes.Tell, ServiceShapes.Environment, ServiceShapes.Kubernetes, ServiceShapes.Traffic, ServiceShapes.Simulated,
        ServiceShapes.Health, ServiceShapes.Expect, ServiceShapes.Gate, ServiceShapes.Window,
        RunbookShapes.Runbook, RunbookShapes.Step, RunbookShapes.Item, RunbookShapes.ItemGroup, RunbookShapes.Branch, RunbookShapes.Escalate, RunbookShapes.StepFailure,
        RunbookShapes.Watcher, RunbookShapes.Input, RunbookShapes.Schedule, RunbookShapes.OnFailure, RunbookShapes.OnAbort,
        AccessShapes.Access, AccessShapes.Group, AccessShapes.TeamReport, AccessShapes.May, AccessShapes.Persona,
        CalendarShapes.Calendar, CalendarShapes.Freeze, CalendarShapes.Maintenance, CalendarShapes.Passing,
        AlertShapes.Alerts, AlertShapes.Route, AlertShapes.When, AlertShapes.Names, AlertShapes.Generic, AlertShapes.Changes,
        OnCallShapes.OnCall, OnCallShapes.Schedule, OnCallShapes.Rotation, OnCallShapes.Override,
        IncidentShapes.Incidents, IncidentShapes.Severity,
    ];
}
