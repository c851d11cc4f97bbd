//! Failures: what happened, and what to do.

use crate::language::Table;

pub(super) const TABLE: Table = &[
    // The person's input
    (
        "There is no connection with this name or id",
        "Es gibt keine Verbindung mit diesem Namen oder dieser ID",
    ),
    (
        "Run `tokenrack status` to see the connections, or add one.",
        "`tokenrack status` zeigt die Verbindungen; oder eine hinzufügen.",
    ),
    ("Another connection has this name", "Eine andere Verbindung heißt schon so"),
    ("Choose another name.", "Einen anderen Namen wählen."),
    ("Something that was entered is not right", "An der Eingabe stimmt etwas nicht"),
    ("Correct it and try again.", "Sie berichtigen und erneut versuchen."),
    ("There is no provider with this id", "Es gibt keinen Anbieter mit dieser ID"),
    (
        "Search the catalog, or give the URL of the server.",
        "Im Katalog suchen oder die URL des Servers angeben.",
    ),
    ("The provider's description has a mistake", "Die Beschreibung des Anbieters hat einen Fehler"),
    ("Correct the file at the place named.", "Die Datei an der genannten Stelle berichtigen."),
    (
        "This provider needs something that Tokenrack cannot do yet",
        "Dieser Anbieter braucht etwas, das Tokenrack noch nicht kann",
    ),
    (
        "Use another way to a token, if the provider has one.",
        "Einen anderen Weg zum Token nehmen, wenn der Anbieter einen hat.",
    ),
    ("A client id is needed", "Eine Client-ID ist nötig"),
    (
        "Register an application at the provider and paste its client id.",
        "Beim Anbieter eine Anwendung registrieren und ihre Client-ID einfügen.",
    ),
    ("The server did not register a client", "Der Server hat keinen Client registriert"),
    (
        "Register an application on the provider's page and give its client id.",
        "Auf der Seite des Anbieters eine Anwendung registrieren und ihre Client-ID angeben.",
    ),
    ("This client needs its secret", "Dieser Client braucht sein Secret"),
    (
        "Add the client secret from the provider's page.",
        "Das Client-Secret von der Seite des Anbieters ergänzen.",
    ),
    ("The client's private key cannot be used", "Der private Schlüssel des Clients ist nicht verwendbar"),
    (
        "Give the private key that belongs to the public key at the provider.",
        "Den privaten Schlüssel angeben, der zum öffentlichen beim Anbieter gehört.",
    ),
    (
        "Only https addresses are allowed (http on this machine's loopback only)",
        "Nur https-Adressen sind erlaubt (http nur auf dem Loopback dieses Rechners)",
    ),
    ("Use the https address of the server.", "Die https-Adresse des Servers verwenden."),
    (
        "This connection's token is not for this host, so nothing was sent",
        "Das Token dieser Verbindung ist nicht für diesen Host, darum wurde nichts gesendet",
    ),
    (
        "Check the address; a host of the provider's can be allowed in a provider file of your own.",
        "Die Adresse prüfen; ein Host des Anbieters lässt sich in einer eigenen Anbieterdatei erlauben.",
    ),
    // The redirect
    ("No sign-in is waiting for this redirect", "Auf diesen Redirect wartet keine Anmeldung"),
    (
        "Start again with Connect; a redirect works once and only for the attempt that asked for it.",
        "Mit Verbinden neu beginnen; ein Redirect gilt einmal und nur für den Versuch, der ihn angefordert hat.",
    ),
    ("This redirect was used already", "Dieser Redirect wurde schon verwendet"),
    (
        "Nothing to do if the connection works; otherwise start again with Connect.",
        "Nichts zu tun, wenn die Verbindung steht; sonst mit Verbinden neu beginnen.",
    ),
    ("This sign-in was cancelled", "Diese Anmeldung wurde abgebrochen"),
    ("Start again with Connect.", "Mit Verbinden neu beginnen."),
    ("A newer sign-in took the place of this one", "Eine neuere Anmeldung ist an die Stelle dieser getreten"),
    ("Finish in the newest browser tab.", "Im neuesten Browser-Tab abschließen."),
    ("The sign-in was not finished in time", "Die Anmeldung wurde nicht rechtzeitig abgeschlossen"),
    (
        "This is not the address that a sign-in ends with",
        "Das ist nicht die Adresse, mit der eine Anmeldung endet",
    ),
    (
        "It begins with the redirect URI that is shown while the sign-in waits, and has `code=` and `state=` in it.",
        "Sie beginnt mit der Redirect-URI, die während der Anmeldung gezeigt wird, und hat `code=` und `state=` in sich.",
    ),
    ("The redirect is far too long to be genuine", "Der Redirect ist viel zu lang, um echt zu sein"),
    (
        "This is not the address that this sign-in comes back to",
        "Das ist nicht die Adresse, zu der diese Anmeldung zurückkommt",
    ),
    (
        "Start again with Connect; if it happens again, do not trust this server.",
        "Mit Verbinden neu beginnen; geschieht es wieder, diesem Server nicht trauen.",
    ),
    (
        "The answer came from another server than the one asked",
        "Die Antwort kam von einem anderen Server als dem gefragten",
    ),
    (
        "The server announces to name itself in its answer, and did not",
        "Der Server kündigt an, sich in seiner Antwort zu nennen, und tat es nicht",
    ),
    (
        "Start again with Connect; if it happens again, report it to the server's operator.",
        "Mit Verbinden neu beginnen; geschieht es wieder, dem Betreiber des Servers melden.",
    ),
    ("The redirect is not signed by the provider", "Der Redirect ist nicht vom Anbieter signiert"),
    (
        "Nothing was sent. Start again with Connect; if it happens again, compare the client secret with the provider's page.",
        "Nichts wurde gesendet. Mit Verbinden neu beginnen; geschieht es wieder, das Client-Secret mit der Seite des Anbieters vergleichen.",
    ),
    (
        "The answer names a server that the provider's file does not allow",
        "Die Antwort nennt einen Server, den die Anbieterdatei nicht erlaubt",
    ),
    (
        "Nothing was sent there. Start again with Connect; if it happens again, do not trust this answer.",
        "Dorthin wurde nichts gesendet. Mit Verbinden neu beginnen; geschieht es wieder, dieser Antwort nicht trauen.",
    ),
    (
        "The provider's file names another server than at the sign-in",
        "Die Anbieterdatei nennt einen anderen Server als bei der Anmeldung",
    ),
    (
        "Nothing was sent there. Put the file back as it was, or connect again.",
        "Dorthin wurde nichts gesendet. Die Datei wiederherstellen oder neu verbinden.",
    ),
    ("The request was declined at the provider", "Die Anfrage wurde beim Anbieter abgelehnt"),
    (
        "Connect again and allow the access, or ask for fewer scopes.",
        "Neu verbinden und den Zugriff erlauben, oder weniger Scopes erbitten.",
    ),
    // What the server answered
    (
        "Connect again. Refresh asks once more, should it have refused a network or a policy only.",
        "Neu verbinden. Erneuern fragt noch einmal, falls nur ein Netz oder eine Richtlinie der Grund war.",
    ),
    ("The provider no longer accepts this sign-in", "Der Anbieter nimmt diese Anmeldung nicht mehr an"),
    ("Connect again.", "Neu verbinden."),
    (
        "The provider does not accept the client id or secret",
        "Der Anbieter nimmt Client-ID oder Secret nicht an",
    ),
    (
        "Compare both with the provider's page, and how the client authenticates.",
        "Beides mit der Seite des Anbieters vergleichen, auch die Art der Authentifizierung.",
    ),
    (
        "The provider does not know, or does not allow, a scope",
        "Der Anbieter kennt oder erlaubt einen Scope nicht",
    ),
    (
        "Compare the scopes with the provider's documentation.",
        "Die Scopes mit der Dokumentation des Anbieters vergleichen.",
    ),
    (
        "The provider does not know, or does not allow, the resource the token is for",
        "Der Anbieter kennt oder erlaubt die Ressource nicht, für die das Token ist",
    ),
    (
        "Compare the resource with the provider's documentation.",
        "Die Ressource mit der Dokumentation des Anbieters vergleichen.",
    ),
    ("The provider refused the request as malformed", "Der Anbieter wies die Anfrage als fehlerhaft ab"),
    (
        "Compare the redirect URI and the client's settings with the provider's page.",
        "Redirect-URI und Einstellungen des Clients mit der Seite des Anbieters vergleichen.",
    ),
    (
        "The provider does not let this client sign in this way",
        "Der Anbieter lässt diesen Client sich nicht auf diese Weise anmelden",
    ),
    (
        "Check the application's type and grants on the provider's page.",
        "Art und Grants der Anwendung auf der Seite des Anbieters prüfen.",
    ),
    (
        "The provider refused, with a code Tokenrack does not know",
        "Der Anbieter lehnte ab, mit einem Code, den Tokenrack nicht kennt",
    ),
    (
        "Read the provider's words below, then try again.",
        "Die Worte des Anbieters unten lesen, dann erneut versuchen.",
    ),
    ("The provider has a problem of its own", "Der Anbieter hat selbst eine Störung"),
    (
        "Try again in a while; it may have done what it was asked, which the next try will show.",
        "Etwas später erneut versuchen; er kann das Verlangte getan haben, was der nächste Versuch zeigt.",
    ),
    ("The provider asks to wait", "Der Anbieter bittet zu warten"),
    ("Try again after the time it named.", "Nach der genannten Zeit erneut versuchen."),
    ("The provider's answer could not be read", "Die Antwort des Anbieters war nicht lesbar"),
    (
        "Try again; a proxy or a sign-in page of the network may stand between.",
        "Erneut versuchen; vielleicht steht ein Proxy oder eine Anmeldeseite des Netzes dazwischen.",
    ),
    (
        "The provider's answer lacks something a token needs",
        "Der Antwort des Anbieters fehlt etwas, das ein Token braucht",
    ),
    (
        "Connect again; if it happens again, report it to the server's operator.",
        "Neu verbinden; geschieht es wieder, dem Betreiber des Servers melden.",
    ),
    (
        "The provider gave a kind of token Tokenrack cannot use",
        "Der Anbieter gab eine Art von Token, mit der Tokenrack nichts anfangen kann",
    ),
    (
        "Bearer tokens are taken, and bound ones (DPoP) where the provider's file asks for them.",
        "Angenommen werden Bearer-Token, und gebundene (DPoP), wo die Anbieterdatei sie verlangt.",
    ),
    (
        "This token is bound to a key that stays in the vault (DPoP), so it is of no use anywhere else",
        "Dieses Token ist an einen Schlüssel gebunden, der im Tresor bleibt (DPoP); anderswo nützt es nichts",
    ),
    (
        "Send the request from here: `tokenrack request`, or Test request in the window.",
        "Die Anfrage von hier senden: `tokenrack request` oder Testanfrage im Fenster.",
    ),
    (
        "The provider's proof of who signed in is not valid",
        "Der Nachweis des Anbieters, wer sich angemeldet hat, ist ungültig",
    ),
    (
        "Connect again; if it happens again, check this machine's clock, and do not trust the server.",
        "Neu verbinden; geschieht es wieder, die Uhr dieses Rechners prüfen und dem Server nicht trauen.",
    ),
    (
        "The provider named two different accounts for one sign-in",
        "Der Anbieter nannte zwei verschiedene Konten für eine Anmeldung",
    ),
    (
        "The provider does not accept the token it has just given",
        "Der Anbieter nimmt das Token nicht an, das er gerade gab",
    ),
    (
        "This server has no endpoint that says whether a token is active",
        "Dieser Server hat keinen Endpunkt, der sagt, ob ein Token aktiv ist",
    ),
    (
        "Give it as introspection_endpoint in a provider file, if you know it.",
        "Ihn als introspection_endpoint in einer Anbieterdatei angeben, wenn er bekannt ist.",
    ),
    ("The provider gave no refresh token", "Der Anbieter gab kein Refresh-Token"),
    (
        "Connect again when the token ends, or ask for offline access where the provider has it.",
        "Nach Ablauf des Tokens neu verbinden, oder Offline-Zugriff erbitten, wo der Anbieter ihn hat.",
    ),
    ("This connection has no token", "Diese Verbindung hat kein Token"),
    ("Connect it first.", "Zuerst verbinden."),
    ("The token has ended and cannot be refreshed", "Das Token ist abgelaufen und nicht erneuerbar"),
    (
        "The provider refuses a refresh while the token still lives",
        "Der Anbieter lehnt das Erneuern ab, solange das Token noch gilt",
    ),
    (
        "Use the token as it is; it is renewed shortly before its end.",
        "Das Token so verwenden, wie es ist; kurz vor seinem Ablauf wird es erneuert.",
    ),
    (
        "The last refresh was interrupted, and its answer may be lost",
        "Das letzte Erneuern wurde unterbrochen, und die Antwort ist vielleicht verloren",
    ),
    // Scripts
    ("The provider's script did not do its part", "Das Skript des Anbieters hat seinen Teil nicht getan"),
    (
        "Correct the function named below, then try again; a connection that was added from a file keeps its copy, so add it anew.",
        "Die unten genannte Funktion berichtigen, dann erneut versuchen; eine aus einer Datei hinzugefügte Verbindung behält deren Kopie, also neu hinzufügen.",
    ),
    ("The provider's script was stopped", "Das Skript des Anbieters wurde angehalten"),
    (
        "Make the function named below end sooner and use less memory, then try again; a connection that was added from a file keeps its copy, so add it anew.",
        "Die unten genannte Funktion früher enden und weniger Speicher brauchen lassen, dann erneut versuchen; eine aus einer Datei hinzugefügte Verbindung behält deren Kopie, also neu hinzufügen.",
    ),
    // Discovery
    ("No OAuth metadata was found at this address", "Unter dieser Adresse fanden sich keine OAuth-Metadaten"),
    (
        "Check the address: it should be the issuer, without a path you would see in a browser.",
        "Die Adresse prüfen: Es sollte der Issuer sein, ohne einen Pfad, wie ihn der Browser zeigt.",
    ),
    (
        "The server's metadata belongs to another server",
        "Die Metadaten des Servers gehören zu einem anderen Server",
    ),
    (
        "Use the issuer exactly as the server's documentation writes it.",
        "Den Issuer genau so angeben, wie ihn die Dokumentation des Servers schreibt.",
    ),
    ("The server's metadata lacks an endpoint", "In den Metadaten des Servers fehlt ein Endpunkt"),
    (
        "Give the endpoints by hand in a provider file.",
        "Die Endpunkte von Hand in einer Anbieterdatei angeben.",
    ),
    // The network
    ("The provider's name could not be found", "Der Name des Anbieters war nicht zu finden"),
    ("Check the network and the address, then try again.", "Netz und Adresse prüfen, dann erneut versuchen."),
    ("The provider could not be reached", "Der Anbieter war nicht erreichbar"),
    ("Check the address and the network, then try again.", "Adresse und Netz prüfen, dann erneut versuchen."),
    ("The server did not prove who it is", "Der Server hat sich nicht ausgewiesen"),
    (
        "Check the address, this machine's clock, and whether a proxy stands between; Tokenrack never continues without a valid certificate.",
        "Die Adresse prüfen, die Uhr dieses Rechners und ob ein Proxy dazwischensteht; ohne gültiges Zertifikat macht Tokenrack nie weiter.",
    ),
    ("The provider did not answer in time", "Der Anbieter antwortete nicht rechtzeitig"),
    (
        "Try again; it may have done what it was asked, which the next try will show.",
        "Erneut versuchen; er kann das Verlangte getan haben, was der nächste Versuch zeigt.",
    ),
    (
        "The connection broke before the answer was complete",
        "Die Verbindung brach ab, bevor die Antwort vollständig war",
    ),
    (
        "Try again; the provider may have done what it was asked, which the next try will show.",
        "Erneut versuchen; der Anbieter kann das Verlangte getan haben, was der nächste Versuch zeigt.",
    ),
    (
        "The provider's answer is far too large to be genuine",
        "Die Antwort des Anbieters ist viel zu groß, um echt zu sein",
    ),
    (
        "Try again; if it happens again, report it to the server's operator.",
        "Erneut versuchen; geschieht es wieder, dem Betreiber des Servers melden.",
    ),
    // This machine
    ("The browser could not be opened", "Der Browser ließ sich nicht öffnen"),
    ("Copy the link and open it yourself.", "Den Link kopieren und selbst öffnen."),
    (
        "The loopback port is used by another program",
        "Der Loopback-Port ist von einem anderen Programm belegt",
    ),
    (
        "End the other program, or choose another port.",
        "Das andere Programm beenden oder einen anderen Port wählen.",
    ),
    ("The loopback listener could not be opened", "Auf dem Loopback ließ sich nicht lauschen"),
    (
        "Use the deep link, or paste the redirect URL.",
        "Den Link zum Programm verwenden oder die Redirect-URL einfügen.",
    ),
    ("The clipboard could not be used", "Die Zwischenablage war nicht verwendbar"),
    (
        "Try again with Tokenrack's window in front, or use `tokenrack token`.",
        "Erneut versuchen, mit dem Fenster von Tokenrack im Vordergrund, oder `tokenrack token` verwenden.",
    ),
    ("The keychain is locked", "Der Schlüsselbund ist gesperrt"),
    ("Unlock it; the connections are safe.", "Entsperren; die Verbindungen sind sicher."),
    ("The encrypted file is not where it was", "Die verschlüsselte Datei ist nicht, wo sie war"),
    (
        "Bring its folder back, and all is as it was. Where it is gone for good, choose a new passphrase in the app or at a terminal, and connect again.",
        "Den Ordner zurückholen, dann ist alles, wie es war. Ist er für immer verloren: in der App oder an einem Terminal eine neue Passphrase wählen und neu verbinden.",
    ),
    ("There is no keychain in this session", "In dieser Sitzung gibt es keinen Schlüsselbund"),
    (
        "Start a keychain (GNOME Keyring, KWallet, KeePassXC), or choose the encrypted file: TOKENRACK_VAULT=file.",
        "Einen Schlüsselbund starten (GNOME Keyring, KWallet, KeePassXC) oder die verschlüsselte Datei wählen: TOKENRACK_VAULT=file.",
    ),
    (
        "The system does not let Tokenrack use the keychain",
        "Das System lässt Tokenrack nicht an den Schlüsselbund",
    ),
    (
        "Allow it in the system's keychain program; the connections are safe.",
        "Im Schlüsselbund-Programm des Systems erlauben; die Verbindungen sind sicher.",
    ),
    ("The keychain did not answer in time", "Der Schlüsselbund antwortete nicht rechtzeitig"),
    (
        "Look for a prompt behind other windows, then try again.",
        "Hinter anderen Fenstern nach einer Abfrage sehen, dann erneut versuchen.",
    ),
    ("This passphrase does not open the vault", "Diese Passphrase öffnet den Tresor nicht"),
    ("Try again; nothing was changed.", "Erneut versuchen; nichts wurde geändert."),
    ("The stored tokens are damaged", "Die gespeicherten Token sind beschädigt"),
    ("Connect again to replace them.", "Neu verbinden, um sie zu ersetzen."),
    ("The keychain failed", "Der Schlüsselbund versagte"),
    (
        "Try again, and look at the keychain itself if it happens again.",
        "Erneut versuchen; geschieht es wieder, nach dem Schlüsselbund selbst sehen.",
    ),
    (
        "This profile keeps its secrets in the other kind of vault",
        "Dieses Profil verwahrt seine Geheimnisse in der anderen Art von Tresor",
    ),
    (
        "Unset TOKENRACK_VAULT, or use another profile (TOKENRACK_HOME).",
        "TOKENRACK_VAULT entfernen oder ein anderes Profil verwenden (TOKENRACK_HOME).",
    ),
    ("New tokens could not be saved", "Neue Token ließen sich nicht sichern"),
    (
        "Unlock the keychain and try again before closing.",
        "Den Schlüsselbund entsperren und vor dem Schließen erneut versuchen.",
    ),
    ("Starting with the system could not be changed", "Der Start mit dem System ließ sich nicht ändern"),
    (
        "Look at the cause, or use the system's own settings.",
        "Die Ursache ansehen oder die Einstellungen des Systems verwenden.",
    ),
    (
        "Another Tokenrack process is working on this connection",
        "Ein anderer Tokenrack-Prozess arbeitet an dieser Verbindung",
    ),
    ("Try again in a moment.", "Gleich noch einmal versuchen."),
    ("The profile's database failed", "Die Datenbank des Profils versagte"),
    (
        "Run `tokenrack doctor`; free disk space and file permissions are the usual causes.",
        "`tokenrack doctor` ausführen; meist fehlt Speicherplatz oder ein Dateirecht.",
    ),
    ("This connection's record cannot be read", "Der Eintrag dieser Verbindung ist nicht lesbar"),
    (
        "Where a newer Tokenrack wrote it, update this program. Otherwise remove it with `tokenrack disconnect ID --forget`, then add it again; the others are as before.",
        "Hat ihn ein neueres Tokenrack geschrieben, dieses Programm aktualisieren. Sonst mit `tokenrack disconnect ID --forget` entfernen, dann neu hinzufügen; die anderen sind wie zuvor.",
    ),
    ("The profile was written by a newer Tokenrack", "Das Profil stammt von einem neueren Tokenrack"),
    ("Update this program.", "Dieses Programm aktualisieren."),
    (
        "A newer Tokenrack noted a reason that this one does not know",
        "Ein neueres Tokenrack nennt einen Grund, den dieses nicht kennt",
    ),
    ("Update this program to read it.", "Zum Lesen dieses Programm aktualisieren."),
    (
        "The provider refused, and this machine's clock is wrong, or the provider's",
        "Der Anbieter lehnte ab, und die Uhr dieses Rechners geht falsch, oder seine",
    ),
    (
        "Set this machine's clock, best by the network, then try again.",
        "Die Uhr dieses Rechners stellen, am besten über das Netz, dann erneut versuchen.",
    ),
    ("Tokenrack made a mistake", "Tokenrack hat einen Fehler gemacht"),
    ("Please report it with the details below.", "Bitte mit den Angaben unten melden."),
    (
        "The keychain does not have this connection's tokens",
        "Der Schlüsselbund hat die Token dieser Verbindung nicht",
    ),
    (
        "Start or unlock the keyring that has them, and they are found again; where something outside Tokenrack deleted them, connect again.",
        "Den Schlüsselbund starten oder entsperren, der sie hat, dann werden sie wieder gefunden; hat etwas außerhalb von Tokenrack sie gelöscht, neu verbinden.",
    ),
    // Files of connections
    ("This is no file of Tokenrack's that can be read", "Das ist keine lesbare Datei von Tokenrack"),
    (
        "Choose a file of connections or a backup; it may be damaged or of another program.",
        "Eine Datei mit Verbindungen oder eine Sicherung wählen; diese ist beschädigt oder von einem anderen Programm.",
    ),
    ("The file was written by a newer Tokenrack", "Die Datei wurde von einem neueren Tokenrack geschrieben"),
    ("The backup is damaged or cut short", "Die Sicherung ist beschädigt oder abgeschnitten"),
    (
        "Use another copy of it; nothing was changed.",
        "Eine andere Kopie davon verwenden; es wurde nichts geändert.",
    ),
    ("The backup is encrypted", "Die Sicherung ist verschlüsselt"),
    ("Give the passphrase that it was made with.", "Die Passphrase angeben, mit der sie angelegt wurde."),
    ("This passphrase does not open the backup", "Diese Passphrase öffnet die Sicherung nicht"),
    ("There is a file with this name already", "Es gibt schon eine Datei mit diesem Namen"),
    (
        "Choose another name; a file is never replaced unasked.",
        "Einen anderen Namen wählen; eine Datei wird nie ungefragt ersetzt.",
    ),
    ("The file could not be read or written", "Die Datei ließ sich nicht lesen oder schreiben"),
    (
        "Check its folder, the permissions and the free space; nothing was lost.",
        "Ordner, Rechte und freien Platz prüfen; es ging nichts verloren.",
    ),
];
