using System.Net.Mail;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Integrations.Smtp;

/// <summary>Makes of an e-mail what is sent: headers, plain text, and the same as simple HTML.</summary>
/// <remarks>Whatever people or systems wrote is text: in a header it is one line without control characters, in HTML it is escaped.</remarks>
internal static class SmtpLetter
{
    private const int SubjectLength = 200;
    private const int TextLength = 20_000;

    public static MailMessage Of(Mail mail, MailAddress from)
    {
        var text = Cut(Plain(mail.Text, lines: true), TextLength);
        var letter = new MailMessage(from, new MailAddress(mail.To))
        {
            Subject = Cut(Plain(mail.Subject, lines: false), SubjectLength),
            SubjectEncoding = Encoding.UTF8,
            BodyEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            Body = Text(mail, text),
        };
        letter.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(Html(mail, text), Encoding.UTF8, MediaTypeNames.Text.Html));

        // Ids of letters and digits alone: whatever the keys hold, a header can't be broken out of.
        letter.Headers["Message-ID"] = $"<{Id(mail.Key)}@{from.Host}>";
        letter.Headers["References"] = $"<{Id(mail.Topic)}@{from.Host}>";
        letter.Headers["Auto-Submitted"] = "auto-generated";
        return letter;
    }

    /// <summary>The same for the same key: by it a second copy is recognised.</summary>
    internal static string Id(string key) => $"chatops.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16))}";

    private static string Text(Mail mail, string text)
    {
        var all = new StringBuilder(text).Append("\r\n");
        if (mail.Footer is { } footer) all.Append("\r\n-- \r\n").Append(Plain(footer, lines: false)).Append("\r\n");
        if (mail.Link is { } link) all.Append(link.AbsoluteUri).Append("\r\n");
        return all.ToString();
    }

    private static string Html(Mail mail, string text)
    {
        var all = new StringBuilder("<!DOCTYPE html><html><body style=\"font-family:sans-serif\">");
        foreach (var paragraph in text.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries)) all.Append("<p>").Append(Escaped(paragraph).Replace("&#xD;&#xA;", "<br>", StringComparison.Ordinal)).Append("</p>");
        if (mail.Link is { } link) all.Append("<p><a href=\"").Append(Escaped(link.AbsoluteUri)).Append("\">Look closer</a></p>");
        if (mail.Footer is { } footer) all.Append("<p style=\"color:#666\">").Append(Escaped(Plain(footer, lines: false))).Append("</p>");
        return all.Append("</body></html>").ToString();
    }

    private static string Escaped(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Without control characters, and with line breaks as mail writes them, or none.</summary>
    private static string Plain(string text, bool lines)
    {
        var kept = text.ReplaceLineEndings("\n").Select(sign => sign == '\n' ? lines ? '\n' : ' ' : char.IsControl(sign) ? ' ' : sign);
        return string.Concat(kept).Trim().Replace("\n", "\r\n", StringComparison.Ordinal);
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
