namespace ChatOps.Runbooks.Work;

/// <summary>What came of reading a text that a person wrote: what it says, or what is wrong with it.</summary>
public abstract record Reading<T>
{
    private Reading() { }

    /// <summary>It was understood.</summary>
    public sealed record Understood(T Value) : Reading<T>;

    /// <summary>It was not, and this is where and why.</summary>
    public sealed record Misread(TextFault What) : Reading<T>;

    /// <summary>What is wrong; null when nothing is.</summary>
    public TextFault? Fault => (this as Misread)?.What;

    public static implicit operator Reading<T>(TextFault fault) => new Misread(fault);

    public static implicit operator Reading<T>(T value) => new Understood(value);
}

/// <summary>What is wrong with a text, where, and what to write instead.</summary>
/// <param name="Column">Of the first character that is wrong, from 1.</param>
/// <param name="What">One sentence.</param>
/// <param name="Mend">One sentence, for whoever wrote it.</param>
public sealed record TextFault(int Column, string What, string Mend);
