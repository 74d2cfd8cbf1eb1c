/**
 * Episodes: what is wrong with one key, and since when. Nothing here depends on the pace at which
 * records are read, but for what is closed because the source is silent.
 */
package io.lowtide.kafka.episode;
