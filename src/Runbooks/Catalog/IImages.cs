using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Catalog;

/// <summary>Registries of container images, as far as the settings name them.</summary>
public interface IImages
{
    /// <summary>Whether an image can be pulled now. <c>Never</c> with <see cref="Elsewhere"/> when its registry is none of those.</summary>
    /// <param name="image">As a manifest names it: <c>registry.example.com/api:v1.2.3</c>, <c>registry.example.com/api@sha256:…</c>.</param>
    Task<Outcome<ImageSeen>> LookAsync(string image, CancellationToken cancellationToken);

    /// <summary>The code of the fault that says that a registry is not one of the settings'.</summary>
    const string Elsewhere = "registry-unknown";
}

/// <summary>What a registry says of an image.</summary>
public sealed record ImageSeen(bool IsThere);

/// <summary>An image's full name.</summary>
/// <remarks>Source: the grammar of github.com/distribution/reference.</remarks>
/// <param name="Host">The registry as names begin with it: <c>registry.example.com:5000</c>, <c>docker.io</c>.</param>
/// <param name="Repository">The path in it: <c>shop/api</c>, <c>library/nginx</c>.</param>
/// <param name="Reference">A tag, or a digest.</param>
public sealed record ImageReference(string Host, string Repository, string Reference)
{
    public const string DockerHub = "docker.io";

    /// <summary><c>image:v1</c>, or <c>image@sha256:…</c> where the version is a digest.</summary>
    public static string Named(string image, string version) =>
        version.StartsWith('@') ? image + version : IsDigest(version) ? $"{image}@{version}" : $"{image}:{version}";

    public static ImageReference Read(string image)
    {
        var (name, tag, digest) = Split(image);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];

        // What comes before the first slash is a host when it looks like one; else the image is Docker Hub's.
        var (host, repository) = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" ? (first, name[(slash + 1)..]) : (DockerHub, name);
        if (host is "index.docker.io") host = DockerHub;
        if (host == DockerHub && !repository.Contains('/', StringComparison.Ordinal)) repository = "library/" + repository;
        return new ImageReference(host, repository, digest ?? tag ?? "latest");
    }

    /// <summary>A name's three parts, as they are written: nothing is added to them.</summary>
    public static (string Name, string? Tag, string? Digest) Split(string image)
    {
        var (path, digest) = image.IndexOf('@', StringComparison.Ordinal) is var at and >= 0 ? (image[..at], image[(at + 1)..]) : (image, null);

        // A colon before the last slash is a registry's port.
        var colon = path.IndexOf(':', path.LastIndexOf('/') + 1);
        return colon < 0 ? (path, null, digest) : (path[..colon], path[(colon + 1)..], digest);
    }

    private static bool IsDigest(string version) => version.StartsWith("sha256:", StringComparison.Ordinal) || version.StartsWith("sha512:", StringComparison.Ordinal);
}
