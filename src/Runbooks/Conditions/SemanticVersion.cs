namespace ChatOps.Runbooks.Conditions;

/// <summary>A version whose order Semantic Versioning 2.0.0 (item 11) gives.</summary>
/// <remarks>Kinder than the standard in what it takes: a leading <c>v</c>, and one or two numbers where it wants three (<c>1.2</c> is <c>1.2.0</c>). Build metadata does not count.</remarks>
internal sealed record SemanticVersion(string Major, string Minor, string Patch, string[] Before)
{
    /// <summary>Null for anything that doesn't look like a version.</summary>
    public static SemanticVersion? Read(string text)
    {
        if (text.Length > 200) return null;
        var rest = text.StartsWith('v') || text.StartsWith('V') ? text[1..] : text;
        if (rest.Split('+', 2) is [_, var build] && !Parts(build).All(IsPart)) return null;
        var pieces = rest.Split('+')[0].Split('-', 2);
        string[] before = pieces.Length == 2 ? Parts(pieces[1]) : [];
        var numbers = pieces[0].Split('.');
        if (numbers.Length > 3 || !numbers.All(IsNumber) || !before.All(IsPart)) return null;
        return new SemanticVersion(numbers[0], numbers.ElementAtOrDefault(1) ?? "0", numbers.ElementAtOrDefault(2) ?? "0", before);
    }

    /// <summary>Negative when this one comes first.</summary>
    public int Against(SemanticVersion other)
    {
        int[] signs = [Number(Major, other.Major), Number(Minor, other.Minor), Number(Patch, other.Patch), Earlier(other)];
        return signs.FirstOrDefault(sign => sign != 0);
    }

    /// <summary>What comes before a release: fewer parts first, numbers before words, and all of it before the release itself.</summary>
    private int Earlier(SemanticVersion other)
    {
        if (Before.Length == 0 || other.Before.Length == 0) return (Before.Length == 0 ? 1 : 0) - (other.Before.Length == 0 ? 1 : 0);
        var sign = Before.Zip(other.Before, Part).FirstOrDefault(sign => sign != 0);
        return sign != 0 ? sign : Before.Length.CompareTo(other.Before.Length);
    }

    private static int Part(string a, string b) => (IsNumber(a), IsNumber(b)) switch
    {
        (true, true) => Number(a, b),
        (true, false) => -1,
        (false, true) => 1,
        _ => Math.Sign(string.CompareOrdinal(a, b)),
    };

    /// <summary>By length and then by digits, so that no number is too large.</summary>
    private static int Number(string a, string b)
    {
        var (x, y) = (a.TrimStart('0'), b.TrimStart('0'));
        return x.Length != y.Length ? x.Length.CompareTo(y.Length) : Math.Sign(string.CompareOrdinal(x, y));
    }

    private static string[] Parts(string text) => text.Split('.');

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static bool IsPart(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
}
