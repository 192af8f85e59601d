using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The inputs of a runbook as questions, and the answers as part of the command: what is submitted is a command like any other.</summary>
internal static partial class InputForms
{
    public static Form Of(Runbook runbook, Command.Procedure c) => new(
        $"Run {runbook.Name}", CommandText.Of(c with { Inputs = ImmutableSortedDictionary<string, string>.Empty }), [.. runbook.Inputs.Select(input => Field(input, c.Inputs.GetValueOrDefault(input.Name)))]);

    /// <summary>The command with the answers in it. What was left empty is left out, so that its default holds.</summary>
    public static string Filled(string command, IEnumerable<KeyValuePair<string, string>> answers) => CommandFields.Of(command) is { } fields ? fields.Filled(command, [.. answers]) : string.Join(
        ' ', answers.Where(answer => answer.Value.Length > 0).Select(answer => $"{answer.Key}={answer.Value}").Select(word => Plain().IsMatch(word) ? word : Quotes.Write(word)).Prepend(command));

    /// <summary>What a runbook that is started by its name asks: with a form, or without one where it asks nothing or this person may not start it.</summary>
    public static Reply Ask(Configuration current, Caller caller, Command.Procedure c)
    {
        if (current.Access.Refuse(caller, Right.Deploy, c.Environment, current.Service(c.Service)!.Owners) is { } forbidden) return new Reply(RefusalCard.Of(forbidden), null, forbidden);
        return new Reply(null) { Form = current.Runbook(c.Runbook) is { Inputs.IsEmpty: false } runbook ? Of(runbook, c) : null };
    }

    /// <summary>The form with what was answered so far in its fields.</summary>
    public static Form With(Form form, IReadOnlyList<KeyValuePair<string, string>> answers) => form with
    {
        Fields = [.. form.Fields.Select(field => answers.FirstOrDefault(one => one.Key == field.Name).Value is { Length: > 0 } given ? field with { Value = given } : field)],
    };

    /// <summary>The form with a refusal beside the field that it is about; as it is where it is about none, or a field says itself what is wrong with it.</summary>
    public static Form Beside(Form form, Refusal refusal)
    {
        if (form.Fields.Any(field => field.Fault is not null)) return form;
        var about = CommandFields.OfRefusal(refusal.Code, form.Fields.Select(field => field.Name));
        return form with { Fields = [.. form.Fields.Select(field => field.Name == about ? field with { Fault = $"{refusal.Why} {refusal.Next}".Trim() } : field)] };
    }

    private static FormField Field(Input input, string? given) =>
        new(input.Name, input.Type, input.Help, given ?? input.Default, input.Default is null, input.Choices) { Fault = given is null ? null : input.Fault(given) };

    [GeneratedRegex(@"^[A-Za-z0-9_-]+=[A-Za-z0-9_./:-]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
