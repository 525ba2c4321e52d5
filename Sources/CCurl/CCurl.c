#define _GNU_SOURCE
#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *text) {
    return curl_easy_setopt(handle, option, text);
}

CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(handle, option, list);
}

CURLcode ccurl_on_header(CURL *handle, ccurl_octets callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    return code ? code : curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, callback);
}

CURLcode ccurl_on_read(CURL *handle, ccurl_octets callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READDATA, context);
    return code ? code : curl_easy_setopt(handle, CURLOPT_READFUNCTION, callback);
}

CURLcode ccurl_on_trace(CURL *handle, ccurl_trace callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_DEBUGDATA, context);
    if (!code) code = curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
    return code ? code : curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
}

CURLcode ccurl_on_progress(CURL *handle, ccurl_progress callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    if (!code) code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
    return code ? code : curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    struct ccurl_sockets *sockets = context;
    (void)purpose;
    int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (made < 0) return CURL_SOCKET_BAD;
    (void)sockets->opened(sockets->context, made);
    return made;
}

static int close_socket(void *context, curl_socket_t socket) {
    struct ccurl_sockets *sockets = context;
    (void)sockets->closed(sockets->context, socket);
    return close(socket);
}

CURLcode ccurl_on_sockets(CURL *handle, struct ccurl_sockets *sockets) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, sockets);
    if (!code) code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (!code) code = curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, sockets);
    return code ? code : curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
}

CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

void ccurl_ignore_openssl_configuration(void) {
    /* libcurl is linked and OpenSSL is not: it may be built with another library. */
    int (*begin)(uint64_t, const void *) = (int (*)(uint64_t, const void *))dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto");
    if (begin) (void)begin(0x80 /* OPENSSL_INIT_NO_LOAD_CONFIG */, NULL);
}

int ccurl_block_sigpipe(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return pthread_sigmask(SIG_BLOCK, &set, NULL);
}

const curl_version_info_data *ccurl_version(void) {
    return curl_version_info(CURLVERSION_NOW);
}
