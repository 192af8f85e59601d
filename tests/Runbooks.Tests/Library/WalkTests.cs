using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using Shouldly;
using Xunit;
using Shelf = ChatOps.Runbooks.Language.Library;

namespace ChatOps.Runbooks.Tests.Library;

/// <summary>Every runbook of the library and of the examples can be walked to its end, and whichever step fails, the run ends or asks.</summary>
public sealed class WalkTests
{
    public static TheoryData<string> Names => [.. Shelf.Names];

    public static TheoryData<string> Examples => [.. Directory.EnumerateDirectories(Folders.Examples).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_library_runbook_is_walked_to_its_end(string name) => Each(OfLibrary(name), Reaches_its_end);

    [Theory]
    [MemberData(nameof(Names))]
    public void Whichever_step_of_a_library_runbook_fails_the_run_ends_or_asks(string name) => Each(OfLibrary(name), Fails_well);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_runbook_of_an_example_is_walked_to_its_end(string name) => Each(OfExample(name), Reaches_its_end);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Whichever_step_of_an_example_s_runbook_fails_the_run_ends_or_asks(string name) => Each(OfExample(name), Fails_well);

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_has_no_findings(string name) => Folders.Example(name).Findings().ShouldBeEmpty();

    [Fact]
    public void There_are_five_examples() => Examples.Count.ShouldBe(5);

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_has_runbooks_of_its_own_and_of_the_library_and_a_page_that_tells_of_them(string name)
    {
        var read = Folders.Example(name).Read();
        read.Borrowed.ShouldNotBeEmpty();
        var page = File.ReadAllText(Path.Combine(Folders.Examples, name, "README.md"));
        page.Split('\n').Length.ShouldBeInRange(12, 45);
        foreach (var own in Folders.Example(name).Where(file => file.File.StartsWith("runbooks/", StringComparison.Ordinal))) page.ShouldContain($"]({own.File})");
    }

    private static void Reaches_its_end(Trip trip)
    {
        var run = trip.Set().Walk().Run;
        run.Status.ShouldBe(RunStatus.Succeeded);
        run.Steps.ShouldAllBe(step => step.Status == StepStatus.Passed);
        var words = run.Plan.Steps.Select(step => $"{step.Title} {step.Says}").Append(run.Plan.Steps.Length.ToString());
        words.ShouldAllBe(text => !text.Contains("{inputs.") && !text.Contains("{service}") && !text.Contains("{environment}") && !text.Contains("{by}"));
    }

    private static void Fails_well(Trip trip)
    {
        var back = 0;
        foreach (var failing in trip.Set().Run.Steps.Where(step => step.Step is not (Notify or Summary or SetValues)).Select(step => step.Step.Id))
        {
            var walker = trip.Set().Walk(failing);
            walker.Events.Any(what => what is StepBegan began && began.Step == failing).ShouldBeTrue($"{failing} is reached");
            RunStatus[] ends = [RunStatus.Deciding, RunStatus.RolledBack, RunStatus.Cancelled, RunStatus.Succeeded];
            ends.ShouldContain(walker.Run.Status, failing.Name);
            (walker.Run.Status == RunStatus.Succeeded).ShouldBe(walker.Run.Find(failing)!.Step.Rules?.OnFailure == FailureMode.Continue, failing.Name);
            if (walker.Run.Status == RunStatus.Deciding) walker.Decide();
            walker.Run.IsOver.ShouldBeTrue($"{failing}: {walker.Run.Status}");
            Is_undone_in_reverse(walker);
            if (walker.Run.Rollback is not null) back++;
        }

        if (trip.Runbook.AllSteps().Any(step => step.Rules?.Undo.IsEmpty == false)) back.ShouldBePositive("some of it was undone");
    }

    /// <summary>Everything that began and says how it is undone was undone, the last first.</summary>
    private static void Is_undone_in_reverse(Walker walker)
    {
        if (walker.Run.Rollback is not { } back)
        {
            // It went on, changed nothing, or nothing of it can be undone.
            if (walker.Run.Status == RunStatus.Failed) (walker.Run.MayHaveChanged && walker.Run.CanGoBack).ShouldBeFalse();
            return;
        }

        walker.Run.Status.ShouldBe(RunStatus.RolledBack);
        var forward = walker.Events.TakeWhile(what => what is not RollbackBegan).OfType<StepBegan>().Select(what => what.Step).Distinct().Select(id => walker.Run.Find(id)!.Step).Where(step => step.Rules?.Undo.IsEmpty == false).ToList();
        var expected = Enumerable.Reverse(forward).SelectMany(step => step.Rules!.Undo).Select(undo => undo.Title).ToList();
        var undone = walker.Events.SkipWhile(what => what is not RollbackBegan).OfType<StepBegan>().Select(what => what.Step).ToList();
        undone.ShouldBeUnique();
        undone.Select(id => walker.Run.Find(id)!.Step).Where(step => step is not (Rollout or TrainBack) && step.Id.Name != "undo-check").Select(step => step.Title).ShouldBe(expected);
        back.Steps.Select(step => step.Id).ShouldBe(undone);
    }

    private static void Each(IEnumerable<Trip> trips, Action<Trip> look)
    {
        var count = 0;
        foreach (var trip in trips)
        {
            look(trip);
            count++;
        }

        count.ShouldBePositive();
    }

    /// <summary>In an environment that is protected and in one that is not, with each choice of its inputs.</summary>
    private static IEnumerable<Trip> OfLibrary(string name)
    {
        var read = Folders.Using(name).Read();
        var (web, runbook) = (read.Service("web")!, read.Runbook(name)!);
        return web.Environments.SelectMany(place => Inputs(runbook), (place, inputs) => new Trip(read, web, place with { Protected = place.Name == "prod" }, runbook, inputs));
    }

    /// <summary>Each place as it is deployed, every day and in an emergency, and each procedure in all places of the first service.</summary>
    private static IEnumerable<Trip> OfExample(string name)
    {
        var read = Folders.Example(name).Read();
        var deployed = read.Services.SelectMany(service => service.Environments, (service, place) => (service, place, runbook: read.Runbook(place.Runbook)!));
        var procedures = read.Runbooks.Where(runbook => runbook.StartsWith == "run").SelectMany(_ => read.Services[0].Environments, (runbook, place) => (read.Services[0], place, runbook));
        return deployed.Concat(procedures).SelectMany(one => Inputs(one.runbook), (one, inputs) => new Trip(read, one.Item1, one.place, one.runbook, inputs))
            .SelectMany(trip => trip.Runbook.StartsWith == "run" ? [trip] : (Trip[])[trip, trip with { Emergency = "nobody can pay" }]);
    }

    /// <summary>What may be given: what has no default gets something that fits, and each choice has its turn.</summary>
    private static IEnumerable<ImmutableSortedDictionary<string, string>> Inputs(Runbook runbook)
    {
        var needed = runbook.Inputs.Where(input => input.Default is null).ToImmutableSortedDictionary(input => input.Name, input => input.Type switch { "number" => "2", "flag" => "true", "choice" => input.Choices[0], _ => "orders" });
        yield return needed;
        foreach (var (input, choice) in runbook.Inputs.SelectMany(input => input.Choices.Where(choice => choice != (input.Default ?? input.Choices[0])), (input, choice) => (input, choice)))
            yield return needed.SetItem(input.Name, choice);
    }

    private sealed record Trip(Configuration Configuration, Service Service, ServiceEnvironment Place, Runbook Runbook, ImmutableSortedDictionary<string, string> Inputs, string? Emergency = null)
    {
        public Walker Set() => new(Configuration, Service, Place, Runbook, Inputs, Emergency);
    }
}
