/** Draws the report of a run: one HTML file that needs nothing else, and no script. */
package io.lowtide.trainer.report.page;
