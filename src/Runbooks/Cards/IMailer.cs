using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>An e-mail to one person. Whoever sends it makes text and HTML of it, and escapes both.</summary>
/// <param name="To">One address.</param>
/// <param name="Subject">One line; line breaks in it are taken out.</param>
/// <param name="Key">Names this e-mail and no other, the same each time it is tried: its Message-ID is made of it, so that a reader's program shows a second copy as the same.</param>
/// <param name="Topic">The same for everything about one run: readers' programs show it together.</param>
public sealed record Mail(string To, string Subject, string Text, string Key, string Topic)
{
    /// <summary>What it is about, in a line below the text.</summary>
    public string? Footer { get; init; }

    /// <summary>Where to look closer; null = nowhere that can be linked to.</summary>
    public Uri? Link { get; init; }
}

/// <summary>Sends e-mail. A try whose answer was lost may have got through: trying again can make a second copy, with the same Message-ID.</summary>
public interface IMailer
{
    Task<Outcome<Nothing>> SendAsync(Mail mail, CancellationToken cancellationToken);
}
