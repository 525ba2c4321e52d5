#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>

/* Swift cannot call a variadic C function, and curl_easy_setopt and curl_easy_getinfo are variadic because each
   option has an argument type of its own. Here is one function per argument type; which option takes which type is
   on the option's page at curl.se/libcurl/c. A wrong pairing is undefined behaviour, so that only EasyHandle.swift
   calls these. */

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value);

/* libcurl copies the text. NULL restores "nothing given". */
CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *text);

/* libcurl does not copy the list: it must live until the option is set again or the handle is gone. */
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list);

typedef size_t (*ccurl_octets)(char *octets, size_t size, size_t count, void *context);
typedef int (*ccurl_trace)(CURL *handle, curl_infotype kind, char *octets, size_t count, void *context);
typedef int (*ccurl_progress)(void *context, curl_off_t downTotal, curl_off_t down, curl_off_t upTotal, curl_off_t up);
typedef int (*ccurl_socket)(void *context, curl_socket_t socket);

/* CURLOPT_HEADERFUNCTION: one complete reply line per call. */
CURLcode ccurl_on_header(CURL *handle, ccurl_octets callback, void *context);

/* CURLOPT_READFUNCTION: what is to be uploaded. */
CURLcode ccurl_on_read(CURL *handle, ccurl_octets callback, void *context);

/* CURLOPT_DEBUGFUNCTION; switches CURLOPT_VERBOSE on, without which it is never called. */
CURLcode ccurl_on_trace(CURL *handle, ccurl_trace callback, void *context);

/* CURLOPT_XFERINFOFUNCTION; switches CURLOPT_NOPROGRESS off. */
CURLcode ccurl_on_progress(CURL *handle, ccurl_progress callback, void *context);

/* CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION. The socket is made here, close-on-exec (libcurl 7.88
   does not ask for that); `opened` is told about it. `closed` is told just before the socket is closed. Both results are
   ignored. */
struct ccurl_sockets {
    ccurl_socket opened;
    ccurl_socket closed;
    void *context;
};

/* `sockets` must outlive the handle. */
CURLcode ccurl_on_sockets(CURL *handle, struct ccurl_sockets *sockets);

CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);

/* Has OpenSSL, if libcurl uses it, read no configuration file: one can load code and lower what is asked of a certificate. Before
   curl_global_init; it cannot be undone. */
void ccurl_ignore_openssl_configuration(void);

/* Keeps SIGPIPE from this thread. With CURLOPT_NOSIGNAL libcurl leaves that to us. 0 or an errno. */
int ccurl_block_sigpipe(void);

/* The libcurl that is loaded, which need not be the one of these headers. Never NULL. (CURLVERSION_NOW is a macro that Swift
   does not see.) */
const curl_version_info_data *ccurl_version(void);

#endif
