import{j as a}from"./CN3XTFUW.js";import"./L5T2ADLX.js";import"./AAI6PPRY.js";import"./GDL3CFJI.js";import"./ELXGJRMD.js";import"./VTNR225N.js";import"./45GWE4C6.js";export{a as default};
