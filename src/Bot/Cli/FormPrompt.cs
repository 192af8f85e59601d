using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Cli;

/// <summary>Asks a form's questions on the terminal, one line each.</summary>
internal static class FormPrompt
{
    private const int MostSuggested = 5;

    /// <summary>The command with the answers; null when whoever sits there ended the input.</summary>
    public static string? Ask(Form form, Terminal terminal, Func<string, string?> ask)
    {
        terminal.Out.WriteLine(TerminalText.Safe(form.Title));
        var answers = new List<KeyValuePair<string, string>>();
        foreach (var field in form.Fields)
        {
            if (field.Fault is { } fault) terminal.Out.WriteLine(TerminalText.Safe(fault));
            if (Answer(field, terminal, ask) is not { } answer) return null;
            answers.Add(KeyValuePair.Create(field.Name, answer));
        }

        return InputForms.Filled(form.Command, answers);
    }

    /// <summary>Asks again while nothing is said to what must be known. What does not fit, the bot says.</summary>
    private static string? Answer(FormField field, Terminal terminal, Func<string, string?> ask)
    {
        foreach (var one in field.Suggested.Take(MostSuggested)) terminal.Out.WriteLine(TerminalText.Safe($"  {one.Value}  {one.Says}".TrimEnd()));
        var meant = field.Fault is null ? field.Value : null;
        while (true)
        {
            if (ask(Question(field, meant)) is not { } line) return null;
            var answer = line.Trim();
            if (answer.Length == 0 && meant is not null) answer = meant;
            if (answer.Length > 0 || !field.Required) return answer;
        }
    }

    private static string Question(FormField field, string? meant)
    {
        var choices = field.Type == "flag" ? " (true, false)" : field.Choices.IsEmpty || !field.Suggested.IsEmpty ? "" : $" ({string.Join(", ", field.Choices)})";
        return TerminalText.Safe($"{(field.Help.Length > 0 ? $"{field.Help} " : "")}{field.Name}{choices}{(meant is null ? "" : $" [{meant}]")}: ");
    }
}
