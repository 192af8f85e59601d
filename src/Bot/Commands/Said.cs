using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ChatOps.Bot.Commands;

/// <summary>A command as it was said: its words and options told apart, nothing of it understood yet.</summary>
internal sealed partial record Said(CommandWords About, ImmutableArray<Token> Words, ImmutableArray<Option> Options)
{
    public bool Has(string option) => Options.Any(one => one.Name == option);

    /// <summary>Null where it was not given, or is empty.</summary>
    public string? Value(string option) => Options.FirstOrDefault(one => one.Name == option)?.Value is { Length: > 0 } value ? value : null;

    public Said Instead(int at, string word) => this with { Words = Words.SetItem(at, new Token(word)) };

    public Said Without(int at) => this with { Words = Words.RemoveAt(at) };

    public Said With(string option, string? value = null) => this with { Options = [.. Options.Where(one => one.Name != option), new Option(option, value)] };

    public Said Plus(string word) => this with { Words = Words.Add(new Token(word)) };

    /// <summary>As text that says the same.</summary>
    public string Text() => CommandText.Join(
        [About.Name, .. Words.Select(word => word.Quoted || !Plain().IsMatch(word.Text) ? Quotes.Write(word.Text) : word.Text)], Options);

    [GeneratedRegex(@"^[A-Za-z0-9_#@:./+]\S*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}

/// <param name="Value">Null where none was given.</param>
/// <param name="Loose">The value is all the words up to the next option, for want of quotes.</param>
internal sealed record Option(string Name, string? Value, bool Loose = false);
