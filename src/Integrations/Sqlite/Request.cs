using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>What a request did to the file, and what its caller and everybody else hear of it.</summary>
/// <param name="Keep">False: what it wrote goes, and only <paramref name="Answer"/> stays.</param>
internal readonly record struct Written<T>(T Answer, bool Keep = true, CommitNotice? Notice = null);

/// <summary>One caller's wish in the writer's queue.</summary>
internal abstract class Request
{
    /// <summary>Whether it is still wanted. A caller that gave up before its turn is let go; afterwards it hears what truly happened.</summary>
    public abstract bool Start();

    /// <summary>Writes inside the batch's transaction; true to keep it.</summary>
    public abstract bool Write(SqliteFile file);

    /// <summary>It alone failed; the rest of the batch goes on.</summary>
    public Exception? Fault { get; set; }

    public CommitNotice? Notice { get; protected set; }

    /// <summary>The batch is on the disk: tells the caller.</summary>
    public abstract void Complete();

    /// <summary>Nothing of the batch was kept.</summary>
    public abstract void Fail(Exception fault);
}

/// <inheritdoc/>
internal sealed class Request<T>(Func<SqliteFile, Written<T>> write, CancellationToken cancellationToken) : Request
{
    // Callers go on elsewhere: their code must not run on the writer's thread.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    public Task<T> Done => _done.Task;

    public override bool Start()
    {
        if (!cancellationToken.IsCancellationRequested) return true;
        _done.SetCanceled(cancellationToken);
        return false;
    }

    public override bool Write(SqliteFile file)
    {
        var written = write(file);
        _answer = written.Answer;
        Notice = written.Keep ? written.Notice : null;
        return written.Keep;
    }

    public override void Complete()
    {
        if (Fault is null) _done.SetResult(_answer!);
        else Fail(Fault);
    }

    public override void Fail(Exception fault) => _done.SetException(fault);
}
