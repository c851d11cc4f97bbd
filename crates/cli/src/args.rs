//! What can be said on the command line.

use clap::{Parser, Subcommand};

use crate::commands::{
    add, backup, callback, choose, completions, connect, disconnect, export, import, introspect, log,
    provider, providers, refresh, request, restore, status, token,
};

/// OAuth connections on this machine: connect once, then use fresh tokens anywhere.
#[derive(Debug, Parser)]
#[command(name = "tokenrack", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 needs a person (sign in again), \
    4 no such connection, 5 temporary (try again).\n\
    Environment: TOKENRACK_HOME, TOKENRACK_VAULT=keychain|file, TOKENRACK_PASSPHRASE_FILE.")]
pub struct Cli {
    /// Print one JSON object per line, and errors as JSON
    #[arg(long, global = true, display_order = 900)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers of the catalog
    Providers(providers::Args),
    /// Check, import or export a provider
    Provider(provider::Args),
    /// Add a connection
    Add(Box<add::Args>),
    /// Get tokens: sign in with the browser, by a code, or as the client itself
    Connect(connect::Args),
    /// Hand a redirect URL to the sign-in that waits for it
    Callback(callback::Args),
    /// Show what each connection is, since when, until when, and why
    Status(status::Args),
    /// Get a new access token now
    Refresh(refresh::Args),
    /// Print the access token, refreshed first when it ends soon
    Token(token::Args),
    /// Send a request with the access token, refreshed first when it ends soon
    Request(request::Args),
    /// Choose the tenant, site or account that requests are about
    Choose(choose::Args),
    /// Ask the server whether it still takes the access token
    Introspect(introspect::Args),
    /// Revoke and delete the tokens
    Disconnect(disconnect::Args),
    /// Write connections to a file for others, without any secret
    Export(export::Args),
    /// Add connections from such a file
    Import(import::Args),
    /// Write everything to one encrypted file
    Backup(backup::Args),
    /// Take connections and their tokens out of such a file
    Restore(restore::Args),
    /// Show the activity record, newest first
    Log(log::Args),
    /// Check keychain, deep link, clock and database, each with a cure
    Doctor,
    /// Print completions for a shell
    Completions(completions::Args),
}
