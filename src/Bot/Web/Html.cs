using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace ChatOps.Bot.Web;

/// <summary>Markup that is safe to send: every text that went into it was encoded on the way in.</summary>
internal readonly record struct Html(string Markup)
{
    public static readonly Html None = new("");

    /// <summary>Markup from an interpolated string: what is written out is markup, what stands in its holes is encoded unless it is markup itself.</summary>
    public static Html Of(HtmlWriter writer) => new(writer.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    public static Html If(bool condition, Func<Html> then) => condition ? then() : None;

    public override string ToString() => Markup ?? "";
}

/// <summary>Writes an interpolated string as markup, encoding its holes. There is no way around the encoding but an <see cref="Html"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlWriter(int literalLength, int formattedCount)
{
    private readonly StringBuilder text = new(literalLength + (formattedCount * 24));

    public void AppendLiteral(string markup) => text.Append(markup);

    public void AppendFormatted(Html markup) => text.Append(markup.Markup);

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts) text.Append(part.Markup);
    }

    public void AppendFormatted(string? value) => text.Append(WebUtility.HtmlEncode(value));

    public void AppendFormatted<T>(T value)
    {
        // A list is of its own type here, not of the one above: its name would be written in place of what is in it.
        if (value is IEnumerable<Html> parts) AppendFormatted(parts);
        else text.Append(WebUtility.HtmlEncode(value?.ToString()));
    }

    public override string ToString() => text.ToString();
}
