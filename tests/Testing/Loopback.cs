using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>Small servers on free ports of this machine, for whatever stands in for something outside.</summary>
public static class Loopback
{
    /// <summary>A port that nobody listens on at this moment, for a program that has to be told one.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts one that answers every request alike.</summary>
    public static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    /// <summary>Starts one for a stand-in that has to know its own server: its address, and how to end it.</summary>
    public static async Task<T> StartAsync<T>(Func<WebApplication, T> make, Func<T, HttpContext, Task> answer)
        where T : class
    {
        T? standIn = null;
        return standIn = make(await StartAsync(context => answer(standIn!, context)));
    }
}
