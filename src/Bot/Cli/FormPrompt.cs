using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Cli;

/// <summary>Asks a form's questions on the terminal, one line each.</summary>
internal static class FormPrompt
{
    private const int MostSuggested = 5;

    /// <summary>The answers by field; null when whoever sits there ended the input.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Ask(Form form, Terminal terminal, Func<string, string?> ask)
    {
        terminal.Out.WriteLine(TerminalText.Safe(form.Title));
        var answers = new List<KeyValuePair<string, string>>();
        foreach (var field in form.Fields)
        {
            if (field.Fault is { } fault) terminal.Out.WriteLine(TerminalText.Safe(fault));
            if (Answer(field, terminal, ask) is not { } answer) return null;
            answers.Add(KeyValuePair.Create(field.Name, answer));
        }

        return answers;
    }

    /// <summary>Asks again while nothing is said to what must be known, or something that is not among what there is. What else does not fit, the bot says.</summary>
    private static string? Answer(FormField field, Terminal terminal, Func<string, string?> ask)
    {
        if (field.Help.Length > 0) terminal.Out.WriteLine(TerminalText.Safe(field.Help));
        foreach (var one in field.Suggested.Take(MostSuggested)) terminal.Out.WriteLine(TerminalText.Safe($"  {one.Value}  {one.Says}".TrimEnd()));
        if (field.Suggested.Length > MostSuggested) terminal.Out.WriteLine($"  and {field.Suggested.Length - MostSuggested} more");
        var meant = field.Fault is null ? field.Value : null;
        while (true)
        {
            if (ask(Question(field, meant)) is not { } line) return null;
            var answer = line.Trim();
            if (answer.Length == 0 && meant is not null) answer = meant;
            if (answer.Length == 0 && !field.Required) return answer;
            if (answer.Length > 0 && Given(field, answer) is { } given) return given;
            if (answer.Length > 0) terminal.Out.WriteLine(TerminalText.Safe($"It is one of {Listed(field)}."));
        }
    }

    /// <summary>The answer as the command has it; null where it is not among what there is. Where likely answers are told, any other may be said.</summary>
    private static string? Given(FormField field, string answer)
    {
        bool Is(string other) => string.Equals(other, answer, StringComparison.OrdinalIgnoreCase);
        return !field.Suggested.IsEmpty || !field.Offered().Any() ? answer : field.Offered().FirstOrDefault(one => Is(one.Label) || Is(one.Value)).Value;
    }

    private static string Question(FormField field, string? meant)
    {
        var choices = field.Suggested.IsEmpty && field.Offered().Any() ? $" ({Listed(field)})" : "";
        var hint = meant is not null ? $" [{meant}]" : field.Required ? "" : " (optional)";
        return TerminalText.Safe($"{field.Label}{choices}{hint}: ");
    }

    private static string Listed(FormField field) => string.Join(", ", field.Offered().Select(one => one.Label));
}
