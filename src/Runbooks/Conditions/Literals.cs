using System.Globalization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

/// <summary>What may stand on the right of a comparison, by the kind of what stands on its left.</summary>
internal static class Literals
{
    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public static TextFault? Judge(Token token, Name name, bool isOrder)
    {
        if (token.Kind is not (TokenKind.Word or TokenKind.Quoted)) return new(token.Column, $"{token.Says} stands where a value belongs.", $"Write one, such as {Example(name.Kind)}.");
        if (token.Kind == TokenKind.Word && Name.IsReserved(token.Text)) return new(token.Column, $"{token.Text} is a name or a word of the language, and can't stand here.", $"If the text is meant, put it in quotes: \"{token.Text}\".");
        var text = token.Text;
        return name.Kind switch
        {
            Kind.Flag when text is not ("true" or "false") => new(token.Column, $"{name.Text} is true or false, and never {token.Says}.", $"Write {name.Text} or not {name.Text}."),
            Kind.Day when Days.Of(text) is null => new(token.Column, $"{token.Says} is no day.", $"Write one of: {string.Join(", ", Days.All.Select(Days.Short))}."),
            Kind.Time when Values.Time(text) is null => new(token.Column, $"{token.Says} is no time of day.", "Write hours and minutes: 09:00, 17:30."),
            Kind.Version when isOrder && SemanticVersion.Read(text) is null => new(token.Column, $"{token.Says} has no order among versions.", "Write a version: 1.2.3."),
            Kind.Answer when isOrder && Values.Number(text) is null && Values.Time(text) is null && SemanticVersion.Read(text) is null =>
                new(token.Column, $"{token.Says} has no order.", "Write a number, a version or a time."),
            _ => null,
        };
    }

    /// <summary>The one way to write a value that could be written in several.</summary>
    public static string Normal(Kind kind, string text) => kind switch
    {
        Kind.Day => Days.Short(Days.Of(text)!.Value),
        Kind.Time => Values.Time(text)!.Value.ToString("HH:mm", CultureInfo.InvariantCulture),
        _ => text,
    };

    public static string Example(Kind kind) => kind switch
    {
        Kind.Flag => "true",
        Kind.Day => "Mon",
        Kind.Time => "09:00",
        Kind.Version => "1.2.3",
        _ => "\"…\"",
    };
}
